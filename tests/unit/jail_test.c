// SPDX-License-Identifier: GPL-2.0-only
/* What a process can and cannot do once it is in its jail */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/util.h"
#include "guest/jail.h"

/* Of Xen's grant device: to copy, and to grant the pages of a dma-buf */
#define XEN_COPY_GRANTS _IOC(_IOC_NONE, 'G', 8, 16)
#define XEN_GRANT_DMABUF _IOC(_IOC_NONE, 'G', 11, 24)

/* _exit(), less what a sanitizer adds to it */
static void __attribute__((noreturn)) end(int status)
{
	for (;;)
		syscall(SYS_exit_group, status);
}

static const struct jail_needs nothing;
static const struct jail_needs grants = { .grants = true };
static const struct jail_needs exports = { .exports = true };

/* Runs @attempt in a jailed child. Return: its exit status, -1 if it died. */
static int in_jail_with(const struct jail_needs *needs, int (*attempt)(void))
{
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		end(jail_enter("nobody", needs) < 0 ? 99 : attempt());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int in_jail(int (*attempt)(void))
{
	return in_jail_with(&nothing, attempt);
}

static int refused(long ret)
{
	return ret == -1 && errno == EPERM ? 0 : 1;
}

static int open_a_file(void)
{
	return refused(open("/proc/self/maps", O_RDONLY));
}

static int make_a_socket(void)
{
	return refused(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int run_a_program(void)
{
	char *argv[] = { (char *)"true", NULL };

	return refused(execv("/bin/true", argv));
}

static int signal_another(void)
{
	return refused(kill(getppid(), 0));
}

/* With F_SETSIG and O_ASYNC it would be SIGKILL, sent by the kernel. */
static int have_another_signalled(void)
{
	return refused(fcntl(0, F_SETOWN, getppid()));
}

/* Standard error is also vmediad's and all other guests'. */
static int change_how_others_write(void)
{
	return refused(fcntl(2, F_SETFL, O_NONBLOCK));
}

static int trace_another(void)
{
	return refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int read_anothers_memory(void)
{
	char byte;
	struct iovec iov = { &byte, 1 };

	return refused(process_vm_readv(getppid(), &iov, 1, &iov, 1, 0));
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
			       errno == EPERM ?
		       0 :
		       1;
}

static int talk_to_a_terminal(void)
{
	struct winsize size;

	return refused(ioctl(0, TIOCGWINSZ, &size));
}

static int use_grants(void)
{
	return refused(ioctl(0, XEN_COPY_GRANTS, NULL));
}

static int become_root(void)
{
	return refused(setuid(0));
}

static const struct attempt {
	const char *what;
	int (*attempt)(void);
} attempts[] = {
	{ "open a file", open_a_file },
	{ "make a socket", make_a_socket },
	{ "run a program", run_a_program },
	{ "signal another process", signal_another },
	{ "have another process signalled", have_another_signalled },
	{ "change how others write", change_how_others_write },
	{ "trace another process", trace_another },
	{ "read another process", read_anothers_memory },
	{ "make code", make_code },
	{ "talk to a terminal", talk_to_a_terminal },
	{ "use grants", use_grants },
	{ "become root", become_root },
};

static void what_daily_work_does_not_need_is_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		if (in_jail(attempts[i].attempt) != 0)
			fail_msg("it can %s", attempts[i].what);
	}
}

/* Whatever descriptor 0 is, it is asked. */
static int use_grants_in_peace(void)
{
	return refused(ioctl(0, XEN_COPY_GRANTS, NULL)) ? 0 : 1;
}

static int grant_pages_of_ours(void)
{
	return refused(ioctl(0, XEN_GRANT_DMABUF, NULL));
}

static void who_has_grants_to_use_may_use_them(void **state)
{
	assert_int_equal(in_jail_with(&grants, use_grants_in_peace), 0);
}

static void who_may_use_grants_may_give_none(void **state)
{
	assert_int_equal(in_jail_with(&grants, grant_pages_of_ours), 0);
}

/* Patched kernels have the last two. */
static int export_and_end(void)
{
	for (unsigned int nr = 12; nr <= 14; nr++) {
		if (refused(ioctl(0, _IOC(_IOC_NONE, 'G', nr, 8), NULL)) == 0)
			return 1;
	}
	return 0;
}

static void who_may_export_slots_may_end_that_too(void **state)
{
	assert_int_equal(in_jail_with(&exports, export_and_end), 0);
}

static void who_may_export_slots_may_let_nobody_write(void **state)
{
	assert_int_equal(in_jail_with(&exports, grant_pages_of_ours), 0);
}

static void whose_guest_is_trusted_may_let_it_write(void **state)
{
	const struct jail_needs trusted = { .exports = true, .writable = true };

	assert_int_equal(in_jail_with(&trusted, grant_pages_of_ours), 1);
}

static void who_may_export_slots_may_use_no_grants(void **state)
{
	assert_int_equal(in_jail_with(&exports, use_grants), 0);
}

/* As the loop, a link and a map of guest memory do */
static int work(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct timespec now;
	int fds[2], epoll;
	void *memory;

	fds[0] = 10;
	fds[1] = 11;
	epoll = 12;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event) < 0 ||
	    write(fds[1], "x", 1) != 1 ||
	    epoll_wait(epoll, &event, 1, 1000) != 1)
		return 1;
	memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || munmap(memory, 1 << 20) < 0 ||
	    clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return 2;
	return fcntl(fds[0], F_GETFL) < 0 ? 3 : 0;
}

static void what_it_had_open_goes_on_working(void **state)
{
	int fds[2], epoll = epoll_create1(0);

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	assert_int_equal(dup2(fds[0], 10), 10);
	assert_int_equal(dup2(fds[1], 11), 11);
	assert_int_equal(dup2(epoll, 12), 12);
	assert_int_equal(in_jail(work), 0);
	for (int fd = 10; fd <= 12; fd++)
		close(fd);
	close(fds[0]);
	close(fds[1]);
	close(epoll);
}

/* What abort() does, less what a sanitizer adds to it */
static int die(void)
{
	return raise(SIGABRT);
}

static void a_failed_assertion_still_ends_it(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		end(jail_enter("nobody", &nothing) < 0 ? 99 : die());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static unsigned int user_of(pid_t pid)
{
	char path[64], text[4096];
	unsigned int uid = 0;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(len > 0);
	text[len] = '\0';
	assert_int_equal(sscanf(strstr(text, "\nUid:"), "\nUid: %u", &uid), 1);
	return uid;
}

/* Says that it is in, and waits until it is let go */
static unsigned int user_in_jail(const char *user)
{
	unsigned int uid;
	char byte = 0;
	int fds[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pid = fork();
	if (pid == 0) {
		if (jail_enter(user, &nothing) == 0 && write(fds[1], "x", 1) == 1)
			(void)!read(fds[1], &byte, 1);
		end(0);
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	uid = user_of(pid);
	assert_int_equal(write(fds[0], "x", 1), 1);
	waitpid(pid, NULL, 0);
	close(fds[0]);
	close(fds[1]);
	return uid;
}

static void root_becomes_the_user_that_was_named(void **state)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(user_in_jail("daemon"), getpwnam("daemon")->pw_uid);
}

static void without_that_user_it_owns_nothing_at_all(void **state)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(user_in_jail("no such user"), 65534);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_daily_work_does_not_need_is_refused),
		cmocka_unit_test(who_has_grants_to_use_may_use_them),
		cmocka_unit_test(who_may_use_grants_may_give_none),
		cmocka_unit_test(who_may_export_slots_may_end_that_too),
		cmocka_unit_test(who_may_export_slots_may_let_nobody_write),
		cmocka_unit_test(whose_guest_is_trusted_may_let_it_write),
		cmocka_unit_test(who_may_export_slots_may_use_no_grants),
		cmocka_unit_test(what_it_had_open_goes_on_working),
		cmocka_unit_test(a_failed_assertion_still_ends_it),
		cmocka_unit_test(root_becomes_the_user_that_was_named),
		cmocka_unit_test(without_that_user_it_owns_nothing_at_all),
	};

	log_init("jail_test", LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
