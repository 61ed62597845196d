// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "daemon/broker.h"
#include "daemon/commands.h"
#include "daemon/inquiry.h"

#define MAX_CLIENTS 16
#define MAX_REQUEST 4096

/**
 * struct client - somebody at the socket
 * @command: of @request
 * @request: that is being answered; NULL: none
 * @inquiry: that @request waits for; NULL: it waits for none
 */
struct client {
	struct list link; /* on control->clients */
	struct control *control;
	struct bufferevent *stream;
	const struct command *command;
	struct json_object *request;
	struct inquiry *inquiry;
};

struct control {
	struct event_base *base;
	struct broker *broker;
	struct sockaddr_un address;
	int fd;
	struct event *connected;
	struct list clients; /* struct client */
	unsigned int num_clients;
};

static void client_destroy(struct client *client)
{
	inquiry_destroy(client->inquiry);
	json_object_put(client->request);
	list_remove(&client->link);
	client->control->num_clients--;
	bufferevent_free(client->stream);
	free(client);
}

/*
 * Beside the stream, since libevent passes no descriptors: with the first
 * byte of an answer, whose rest follows through the stream.
 */
static size_t send_descriptor(struct client *client, const char *text, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = { 0 } };
	struct iovec iov = { (void *)text, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};

	/* Answers that still wait would have to go first. */
	if (evbuffer_get_length(bufferevent_get_output(client->stream)) > 0)
		return 0;
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(bufferevent_getfd(client->stream), &msg,
		       MSG_NOSIGNAL) == 1;
}

/* @answer: consumed; @fd: goes with it, consumed; -1: none */
static void send_answer(struct client *client, struct json_object *answer,
			int fd)
{
	const char *text;
	size_t sent = 0;

	text = json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN);
	if (fd >= 0) {
		sent = send_descriptor(client, text, fd);
		close(fd);
	}
	bufferevent_write(client->stream, text + sent, strlen(text) - sent);
	bufferevent_write(client->stream, "\n", 1);
	json_object_put(answer);
}

static void end_request(struct client *client)
{
	inquiry_destroy(client->inquiry);
	client->inquiry = NULL;
	json_object_put(client->request);
	client->request = NULL;
}

static void serve(struct client *client);

/* What came meanwhile is served now. */
static void on_asked(void *data)
{
	struct client *client = data;

	send_answer(client,
		    client->command->report(client->control->broker,
					    client->request), -1);
	end_request(client);
	serve(client);
}

static void begin_report(struct client *client)
{
	int ret = inquiry_create(client->control->broker, on_asked, client,
				 &client->inquiry);

	if (ret == 0)
		return;
	send_answer(client, command_refuse("%s", strerror(-ret)), -1);
	end_request(client);
}

static void begin_request(struct client *client, const char *line)
{
	struct json_object *answer = NULL;
	int fd = -1;

	client->request = json_tokener_parse(line);
	client->command = command_find(client->request);
	if (!client->command)
		answer = command_refuse("unknown command \"%s\"",
					command_text(client->request, "command"));
	else if (client->command->act)
		answer = client->command->act(client->control->broker,
					      client->request, &fd);
	if (!answer) {
		begin_report(client);
		return;
	}
	send_answer(client, answer, fd);
	end_request(client);
}

/*
 * One request after the other: while processes are asked, the next ones wait
 * where they were read into. May destroy @client.
 */
static void serve(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	char *line;

	while (!client->inquiry &&
	       (line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
		begin_request(client, line);
		free(line);
	}
	if (!client->inquiry && evbuffer_get_length(input) >= MAX_REQUEST)
		client_destroy(client);
}

static void on_readable(struct bufferevent *stream, void *data)
{
	serve(data);
}

static void on_event(struct bufferevent *stream, short what, void *data)
{
	client_destroy(data);
}

static void add_client(struct control *control, int fd)
{
	struct client *client;

	client = calloc(1, sizeof(*client));
	if (client)
		client->stream = bufferevent_socket_new(
			control->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(fd);
		return;
	}
	client->control = control;
	list_append(&control->clients, &client->link);
	control->num_clients++;
	bufferevent_setcb(client->stream, on_readable, NULL, on_event, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, MAX_REQUEST);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

static void on_connected(evutil_socket_t fd, short what, void *data)
{
	struct control *control = data;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client < 0)
		return;
	if (control->num_clients < MAX_CLIENTS) {
		add_client(control, client);
		return;
	}
	log_warning("more than %d at the control socket: one was sent away",
		    MAX_CLIENTS);
	close(client);
}

static int listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before;
	int ret;

	if (fd < 0)
		return -errno;
	/* Left by a predecessor; that none is alive was made sure of. */
	unlink(address->sun_path);
	before = umask(0177);
	ret = bind(fd, (const struct sockaddr *)address, sizeof(*address));
	if (ret == 0)
		ret = listen(fd, MAX_CLIENTS);
	ret = ret < 0 ? -errno : fd;
	umask(before);
	if (ret < 0)
		close(fd);
	return ret;
}

int control_create(struct event_base *base, struct broker *broker,
		   const char *dir, struct control **out)
{
	struct control *control = calloc(1, sizeof(*control));
	int len, ret;

	if (!control)
		return -ENOMEM;
	list_init(&control->clients);
	control->base = base;
	control->broker = broker;
	control->address.sun_family = AF_UNIX;
	len = snprintf(control->address.sun_path,
		       sizeof(control->address.sun_path), "%s/%s", dir,
		       CONTROL_SOCKET);
	if (len >= (int)sizeof(control->address.sun_path)) {
		free(control);
		return -ENAMETOOLONG;
	}
	control->fd = listen_at(&control->address);
	if (control->fd < 0) {
		ret = control->fd;
		free(control);
		return ret;
	}
	control->connected = event_new(base, control->fd, EV_READ | EV_PERSIST,
				       on_connected, control);
	if (!control->connected || event_add(control->connected, NULL) < 0) {
		control_destroy(control);
		return -ENOMEM;
	}
	*out = control;
	return 0;
}

void control_destroy(struct control *control)
{
	struct client *client, *tmp;

	if (!control)
		return;
	list_for_each(client, tmp, &control->clients, link)
		client_destroy(client);
	if (control->connected)
		event_free(control->connected);
	unlink(control->address.sun_path);
	close(control->fd);
	free(control);
}
