// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/request.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

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

static int send_line(int fd, const char *command)
{
	struct json_object *line = json_object_new_object();
	const char *text;
	int len, ret = 0;

	json_object_object_add(line, "command",
			       json_object_new_string(command));
	text = json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN);
	len = strlen(text);
	if (send(fd, text, len, MSG_NOSIGNAL) != len ||
	    send(fd, "\n", 1, MSG_NOSIGNAL) != 1)
		ret = -EIO;
	json_object_put(line);
	return ret;
}

/* Up to the end of the line, which is the end of the object. */
static int receive_line(int fd, struct json_object **out)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *answer = NULL;
	char buffer[4096];
	ssize_t len;

	if (!tokener)
		return -ENOMEM;
	do {
		len = recv(fd, buffer, sizeof(buffer), 0);
		if (len > 0)
			answer = json_tokener_parse_ex(tokener, buffer, len);
	} while (len > 0 && !answer &&
		 json_tokener_get_error(tokener) == json_tokener_continue);
	json_tokener_free(tokener);
	if (!answer)
		return len < 0 ? -errno : -EPROTO;
	*out = answer;
	return 0;
}

static int judge(struct json_object *answer)
{
	struct json_object *ok, *error;

	if (!json_object_object_get_ex(answer, "ok", &ok))
		return -EPROTO;
	if (json_object_get_boolean(ok))
		return 0;
	json_object_object_get_ex(answer, "error", &error);
	fprintf(stderr, "vmediactl: refused: %s\n",
		error ? json_object_get_string(error) : "no reason given");
	return -EREMOTEIO;
}

int request(const char *dir, const char *command, struct json_object **out)
{
	struct json_object *answer = NULL;
	int fd = connect_to(dir);
	int ret;

	if (fd == -ESRCH)
		fprintf(stderr, "vmediactl: vmediad does not run (nobody is at "
			"%s/" SOCKET ")\n", dir);
	else if (fd < 0)
		fprintf(stderr, "vmediactl: %s/" SOCKET ": %s\n", dir,
			strerror(-fd));
	if (fd < 0)
		return fd;
	ret = send_line(fd, command);
	if (ret == 0)
		ret = receive_line(fd, &answer);
	close(fd);
	if (ret < 0)
		fprintf(stderr, "vmediactl: vmediad gave no answer: %s\n",
			strerror(-ret));
	else
		ret = judge(answer);
	if (ret < 0)
		json_object_put(answer);
	else
		*out = answer;
	return ret;
}
