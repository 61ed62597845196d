// SPDX-License-Identifier: GPL-2.0-only
#include "spec_scene.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "node_fake.h"

#define CAPS (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING)
#define MPLANE_CAPS (V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING)

/* Too short for anything but one command */
#define RING 8

static void refuse(struct spec_scene *scene)
{
	struct camera_fake *camera = scene->world->sessions[0].camera;

	scene->world->obedient = false;
	world_settle(scene->world);
	while (camera_fake_take_call(camera))
		camera_fake_refuse(camera, scene->refusal);
}

static void grant(struct spec_scene *scene, const struct guest_open *question)
{
	struct camera_fake *camera = world_grant(scene->world, question);
	struct node_fake *node;

	if (!scene->codec)
		return;
	node = node_fake_create(camera);
	node_fake_add(node, V4L2_BUF_TYPE_VIDEO_OUTPUT, 1, SPEC_SCENE_FRAME);
	node_fake_add(node, V4L2_BUF_TYPE_VIDEO_CAPTURE, 1, SPEC_SCENE_FRAME);
}

static void run(void *owner)
{
	struct spec_scene *scene = owner;
	struct guest_open question;

	if (scene->refusal)
		refuse(scene);
	while (world_asked(scene->world, &question))
		grant(scene, &question);
}

void spec_scene_probe(struct spec_scene *scene)
{
	const struct driver_spec_params params = {
		.fake = scene->world->fake,
		.transport = scene->world->driver,
		.draft = scene->draft,
		.ring = RING,
		.run = run,
		.owner = scene,
	};

	scene->driver = driver_spec_probe(&params);
}

static int set_up_with(void **state, const struct guest_attach *attach,
		       bool draft)
{
	struct spec_scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	scene->world = world_create(false);
	scene->draft = draft;
	world_tell(scene->world, attach, sizeof(*attach));
	scene->world->driver =
		driver_fake_create(scene->world->fake, WORLD_ADDR, WORLD_IRQ);
	spec_scene_probe(scene);
	*state = scene;
	return 0;
}

static struct guest_attach device_with_a_window(uint32_t caps)
{
	struct guest_attach attach = world_device(caps);

	attach.window = HYP_FAKE_WINDOW;
	attach.window_len = HYP_FAKE_WINDOW_LEN;
	return attach;
}

int spec_scene_set_up(void **state)
{
	const struct guest_attach attach = device_with_a_window(CAPS);

	return set_up_with(state, &attach, false);
}

int spec_scene_set_up_multiplanar(void **state)
{
	const struct guest_attach attach = device_with_a_window(MPLANE_CAPS);

	return set_up_with(state, &attach, false);
}

int spec_scene_set_up_draft(void **state)
{
	struct guest_attach attach = device_with_a_window(CAPS);

	attach.device_id = VIRTIO_MEDIA_DRAFT_DEVICE_ID;
	return set_up_with(state, &attach, true);
}

int spec_scene_set_up_codec(void **state)
{
	struct guest_attach attach =
		device_with_a_window(V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING);
	struct spec_scene *scene;

	attach.identity.shared = 0;
	set_up_with(state, &attach, false);
	scene = *state;
	scene->codec = true;
	return 0;
}

int spec_scene_set_up_without_a_window(void **state)
{
	const struct guest_attach attach = world_device(CAPS);

	return set_up_with(state, &attach, false);
}

int spec_scene_tear_down(void **state)
{
	struct spec_scene *scene = *state;
	void *world = scene->world;

	driver_spec_remove(scene->driver);
	free(scene);
	return world_tear_down(&world);
}

uint32_t spec_scene_open(struct spec_scene *scene)
{
	struct world *world = scene->world;
	uint32_t id;

	assert_int_equal(driver_spec_open(scene->driver, &id), 0);
	world->sessions[world->num_sessions - 1].id = id;
	return id;
}

int spec_scene_request(struct spec_scene *scene, uint32_t id, uint32_t count)
{
	struct v4l2_requestbuffers buffers = {
		.count = count,
		.type = camera_of(scene->world, id)->format.type,
		.memory = V4L2_MEMORY_MMAP,
	};
	const int ret =
		driver_spec_ioctl(scene->driver, id, VIDIOC_REQBUFS, &buffers);

	if (ret == 0)
		assert_int_equal(buffers.count, count);
	return ret;
}

struct v4l2_buffer spec_scene_buffer(uint32_t index)
{
	return (struct v4l2_buffer){
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
}

struct driver_spec_map spec_scene_map(struct spec_scene *scene, uint32_t id,
				      uint32_t index)
{
	struct v4l2_buffer buffer = spec_scene_buffer(index);
	struct driver_spec_map made;

	assert_int_equal(driver_spec_buffer(scene->driver, id, VIDIOC_QUERYBUF,
					    &buffer, NULL),
			 0);
	assert_int_equal(
		driver_spec_mmap(scene->driver, id, buffer.m.offset, &made), 0);
	return made;
}

int spec_scene_queue(struct spec_scene *scene, uint32_t id, uint32_t index)
{
	struct v4l2_buffer buffer = spec_scene_buffer(index);

	return driver_spec_buffer(scene->driver, id, VIDIOC_QBUF, &buffer,
				  NULL);
}

int spec_scene_turn(struct spec_scene *scene, uint32_t id,
		    unsigned long request)
{
	int type = camera_of(scene->world, id)->format.type;

	return driver_spec_ioctl(scene->driver, id, request, &type);
}

struct spec_stream spec_scene_stream(struct spec_scene *scene)
{
	struct spec_stream stream = {.id = spec_scene_open(scene)};

	stream.camera = camera_of(scene->world, stream.id);
	camera_fake_set_format(stream.camera, SPEC_SCENE_FRAME, 0);
	assert_int_equal(
		spec_scene_request(scene, stream.id, SPEC_SCENE_BUFFERS), 0);
	for (uint32_t i = 0; i < SPEC_SCENE_BUFFERS; i++) {
		stream.maps[i] = spec_scene_map(scene, stream.id, i);
		assert_int_equal(spec_scene_queue(scene, stream.id, i), 0);
	}
	camera_fake_send_slots(stream.camera, 1, SPEC_SCENE_SLOTS);
	assert_int_equal(spec_scene_turn(scene, stream.id, VIDIOC_STREAMON), 0);
	return stream;
}

void spec_scene_send(struct spec_stream *stream, unsigned int sequence,
		     uint8_t colour)
{
	const unsigned int slot = sequence % SPEC_SCENE_SLOTS;

	memset(stream->camera->slots[slot][0], colour, SPEC_SCENE_FRAME);
	camera_fake_send_frame(stream->camera, slot, sequence);
}

struct v4l2_buffer spec_scene_dequeue(struct spec_scene *scene, uint32_t id)
{
	struct driver_spec_event event;

	if (!driver_spec_event(scene->driver, &event))
		fail_msg("no event");
	assert_int_equal(le32_to_cpu(event.hdr.event), VIRTIO_MEDIA_EVT_DQBUF);
	assert_int_equal(le32_to_cpu(event.hdr.session_id), id);
	return event.dqbuf.buffer;
}

void spec_scene_assert_no_event(struct spec_scene *scene)
{
	struct driver_spec_event event;

	assert_false(driver_spec_event(scene->driver, &event));
}

/* Return: true if all bytes of the mapping are of this colour. */
bool spec_scene_shows(const struct driver_spec_map *map, uint8_t colour)
{
	return map->bytes[0] == colour &&
	       memcmp(map->bytes, map->bytes + 1, map->len - 1) == 0;
}
