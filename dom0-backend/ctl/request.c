// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/request.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/field.h"
#include "ctl/options.h"
#include "ctl/receive.h"

#define SOCKET "control"

/* vmediad answers at once, or something is very wrong. */
#define PATIENCE_S 10

static int connect_to(const char *dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd, len, ret;

	len = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", dir,
		       SOCKET);
	if (len >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		ret = -errno;
		close(fd);
		/* No socket, or one that its maker left behind. */
		return ret == -ENOENT || ret == -ECONNREFUSED ? -ESRCH : ret;
	}
	return fd;
}

struct json_object *request_new(const char *command)
{
	struct json_object *question = json_object_new_object();

	request_add(question, "command", command);
	return question;
}

void request_add(struct json_object *question, const char *key,
		 const char *text)
{
	if (text)
		json_object_object_add(question, key,
				       json_object_new_string(text));
}

static int send_line(int fd, struct json_object *question)
{
	const char *text;
	int len;

	text = json_object_to_json_string_ext(question, JSON_C_TO_STRING_PLAIN);
	len = strlen(text);
	if (send(fd, text, len, MSG_NOSIGNAL) != len ||
	    send(fd, "\n", 1, MSG_NOSIGNAL) != 1)
		return -EIO;
	return 0;
}

/* Up to the end of the line, which is the end of the object. */
static int receive_line(int fd, int *passed, struct json_object **out)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *answer = NULL;
	unsigned int came;
	char buffer[4096];
	int len;

	if (!tokener)
		return -ENOMEM;
	do {
		/* It comes with the first bytes, or not at all. */
		len = receive(fd, buffer, sizeof(buffer), passed,
			      *passed < 0 ? 1 : 0, &came);
		if (len > 0)
			answer = json_tokener_parse_ex(tokener, buffer, len);
	} while (len > 0 && !answer &&
		 json_tokener_get_error(tokener) == json_tokener_continue);
	json_tokener_free(tokener);
	if (!answer)
		return len < 0 ? len : -EPROTO;
	*out = answer;
	return 0;
}

/* Of the configuration, each with its line */
static void tell_mistakes(struct json_object *mistakes)
{
	size_t count = mistakes ? json_object_array_length(mistakes) : 0;

	for (size_t i = 0; i < count; i++) {
		char *text = strdup(json_object_get_string(
			json_object_array_get_idx(mistakes, i)));

		if (text)
			field_make_harmless(text);
		fprintf(stderr, "%s\n", text ? text : "?");
		free(text);
	}
}

static int judge(struct json_object *answer)
{
	struct json_object *error = field_get(answer, "error");
	char *text;

	if (!field_get(answer, "ok"))
		return -EPROTO;
	if (field_flag(answer, "ok"))
		return 0;
	text = error ? strdup(json_object_get_string(error)) : NULL;
	if (text)
		field_make_harmless(text);
	fprintf(stderr, "vmediactl: refused: %s\n",
		text ? text : "no reason given");
	free(text);
	tell_mistakes(field_get(answer, "mistakes"));
	return -EREMOTEIO;
}

static void complain(const char *dir, int err)
{
	if (err == -ESRCH)
		fprintf(stderr, "vmediactl: vmediad does not run (nobody is at "
			"%s/" SOCKET ")\n", dir);
	else
		fprintf(stderr, "vmediactl: %s/" SOCKET ": %s\n", dir,
			strerror(-err));
}

static int ask(int socket, struct json_object *question, int *passed,
	       struct json_object **out)
{
	int ret = send_line(socket, question);

	if (ret == 0)
		ret = receive_line(socket, passed, out);
	if (ret == 0)
		return judge(*out);
	fprintf(stderr, "vmediactl: vmediad gave no answer: %s\n",
		strerror(-ret));
	return ret;
}

int request(const char *dir, struct json_object *question, int *fd,
	    struct json_object **out)
{
	struct json_object *answer = NULL;
	int socket = connect_to(dir);
	int passed = -1;
	int ret;

	if (socket < 0) {
		complain(dir, socket);
		json_object_put(question);
		return socket;
	}
	ret = ask(socket, question, &passed, &answer);
	close(socket);
	json_object_put(question);
	if (ret == 0 && (passed >= 0) != (fd != NULL))
		ret = -EPROTO;
	if (ret < 0) {
		json_object_put(answer);
		if (passed >= 0)
			close(passed);
		return ret;
	}
	if (fd)
		*fd = passed;
	*out = answer;
	return 0;
}

void request_print_json(struct json_object *answer, bool pretty)
{
	/* Whether it went well is the exit code's to say. */
	json_object_object_del(answer, "ok");
	puts(json_object_to_json_string_ext(
		answer, JSON_C_TO_STRING_NOSLASHESCAPE |
			(pretty ? JSON_C_TO_STRING_PRETTY :
				  JSON_C_TO_STRING_PLAIN)));
}

int request_and_print(const struct options *options,
		      struct json_object *question,
		      void (*print)(struct json_object *answer))
{
	struct json_object *answer;
	int ret = request(options->run_dir, question, NULL, &answer);

	if (ret < 0)
		return ret;
	if (options->json)
		request_print_json(answer, true);
	else
		print(answer);
	json_object_put(answer);
	return 0;
}
