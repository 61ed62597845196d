// SPDX-License-Identifier: GPL-2.0-only
#include "guest/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"

/* The kernel's default in /proc/sys/kernel/overflowuid */
#define OVERFLOW_ID 65534

/* What the event loop, the links, the log and the allocator need. mmap(),
 * fcntl() and ioctl() have rules of their own. */
static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_nanosleep_time64),
	SCMP_SYS(close),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(fstat),
	SCMP_SYS(fstat64),
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(nanosleep),
	SCMP_SYS(newfstatat),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64),
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(recvmsg),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sigreturn),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_settime64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
};

/*
 * Types of ioctl, the second byte of its number: Xen's privcmd ('P') and event
 * channels ('E'), whose descriptors are restricted to the guest, and DMA_BUF_*
 * ('b').
 */
static const unsigned int allowed_ioctls[] = { 'P', 'E', 'b' };

/*
 * Of Xen's grant device (include/uapi/xen/gntdev.h in Linux): map, unmap, find
 * what an address is of, copy.
 */
static const unsigned int grant_ioctls[] = {
	'G' << 8 | 0, 'G' << 8 | 1, 'G' << 8 | 2, 'G' << 8 | 8,
};

/* Likewise: take back the pages of a dma-buf; grant them for reading, and take
 * them back if they are not mapped. */
static const unsigned int export_ioctls[] = {
	'G' << 8 | 12, 'G' << 8 | 13, 'G' << 8 | 14,
};

/* And grant them for writing: into what others look at, too. */
static const unsigned int writable_ioctls[] = {
	'G' << 8 | 11,
};

/*
 * Commands of fcntl(). F_SETOWN would have the kernel send a signal, of choice,
 * to any process of the same user: to all other guests'. F_SETFL would reach
 * what standard error is shared with.
 */
static const unsigned int allowed_fcntls[] = {
	F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL,
};

static int allow_fcntl(scmp_filter_ctx filter, int call)
{
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(allowed_fcntls) && ret == 0; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
				       SCMP_A1(SCMP_CMP_EQ, allowed_fcntls[i],
					       0));
	return ret;
}

static int allow_ioctls(scmp_filter_ctx filter, const unsigned int *requests,
			size_t count)
{
	int ret = 0;

	for (size_t i = 0; i < count && ret == 0; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
				       1, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffff,
						  requests[i]));
	return ret;
}

static int allow_all(scmp_filter_ctx filter)
{
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(allowed) && ret == 0; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(allowed_ioctls) && ret == 0; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
				       1, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00,
						  allowed_ioctls[i] << 8));
	if (ret == 0)
		ret = allow_fcntl(filter, SCMP_SYS(fcntl));
	if (ret == 0)
		ret = allow_fcntl(filter, SCMP_SYS(fcntl64));
	return ret;
}

/* Memory, but none that is run; a signal, as abort() sends it, to itself. */
static int allow_some(scmp_filter_ctx filter)
{
	static const int memory[] = {
		SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect),
	};
	const struct scmp_arg_cmp not_run =
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp itself =
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(memory) && ret == 0; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory[i], 1,
				       not_run);
	if (ret == 0)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
				       1, itself);
	return ret;
}

static int allow_needs(scmp_filter_ctx filter, const struct jail_needs *needs)
{
	int ret = 0;

	if (needs->grants)
		ret = allow_ioctls(filter, grant_ioctls,
				   ARRAY_SIZE(grant_ioctls));
	if (ret == 0 && needs->exports)
		ret = allow_ioctls(filter, export_ioctls,
				   ARRAY_SIZE(export_ioctls));
	if (ret == 0 && needs->exports && needs->writable)
		ret = allow_ioctls(filter, writable_ioctls,
				   ARRAY_SIZE(writable_ioctls));
	return ret;
}

static int filter_calls(const struct jail_needs *needs)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int ret;

	if (!filter)
		return -ENOMEM;
	ret = allow_all(filter);
	if (ret == 0)
		ret = allow_some(filter);
	if (ret == 0)
		ret = allow_needs(filter, needs);
	if (ret == 0)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}

static int drop_user(const char *name)
{
	const struct passwd *user;
	uid_t uid = OVERFLOW_ID;
	gid_t gid = OVERFLOW_ID;

	if (geteuid() != 0)
		return 0;
	user = getpwnam(name);
	if (user) {
		uid = user->pw_uid;
		gid = user->pw_gid;
	}
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return -errno;
	/* Others of this user must not look into it, nor it into them. */
	return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : 0;
}

int jail_enter(const char *user, const struct jail_needs *needs)
{
	int ret;

	ret = drop_user(user);
	if (ret < 0) {
		log_error("root cannot be given up: %s", strerror(-ret));
		return ret;
	}
	/* It also sets no_new_privs. */
	ret = filter_calls(needs);
	if (ret < 0)
		log_error("system calls cannot be filtered: %s: this needs "
			  "CONFIG_SECCOMP_FILTER in dom0's kernel",
			  strerror(-ret));
	return ret;
}
