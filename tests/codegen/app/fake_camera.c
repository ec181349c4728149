// A camera for tests: preloaded, it answers for /dev/video7 what the kernel would.
// Its frames are YUYV ramps that move by four bytes from frame to frame, or a JPEG picture. It is
// unplugged after three frames, or plugged in again a while later, until six, or never ("endless").
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef CAMERA_WIDTH
#define CAMERA_WIDTH 64
#define CAMERA_HEIGHT 48
#endif

enum { WIDTH = CAMERA_WIDTH, HEIGHT = CAMERA_HEIGHT, STRIDE = 2 * WIDTH + 16, COUNT = 2 };
enum { SIZE = (STRIDE * HEIGHT / 65536 + 1) * 65536 };

static int camera = -1;
static int frame = 0;
static int failures = 0;
static int absences = 0;

static int is(const char* fault) {
  const char* chosen = getenv("CAMERA_FAULT");
  return chosen != NULL && strcmp(chosen, fault) == 0;
}

static int open_camera(void) {
  if (frame == 3 && (!is("returns") || ++absences < 4)) {
    errno = ENOENT;
    return -1;
  }
  camera = memfd_create("camera", 0);
  if (ftruncate(camera, COUNT * SIZE) != 0) abort();
  return camera;
}

int open(const char* path, int flags, ...) {
  if (strcmp(path, "/dev/video7") == 0) return open_camera();
  va_list rest;
  va_start(rest, flags);
  const int mode = va_arg(rest, int);
  va_end(rest);
  return ((int (*)(const char*, int, ...))dlsym(RTLD_NEXT, "open"))(path, flags, mode);
}

int poll(struct pollfd* waited, nfds_t count, int timeout_ms) {
  if (count == 1 && waited->fd == camera && is("silent") && frame == 1) {
    usleep((useconds_t)timeout_ms * 1000);
    return 0;
  }
  return ((int (*)(struct pollfd*, nfds_t, int))dlsym(RTLD_NEXT, "poll"))(waited, count, timeout_ms);
}

// Returns the bytes of a picture that is written into a buffer.
static unsigned expose_jpeg(const char* path, int index) {
  static char content[SIZE];
  const int file = open(path, O_RDONLY);
  const ssize_t size = read(file, content, SIZE);
  if (size <= 0 || pwrite(camera, content, (size_t)size, index * SIZE) != size) abort();
  close(file);
  return (unsigned)size;
}

static void expose(int index) {
  unsigned char line[STRIDE];
  for (int row = 0; row < HEIGHT; ++row) {
    for (int i = 0; i < STRIDE; ++i) line[i] = (unsigned char)(3 * row + i + 4 * frame);
    if (pwrite(camera, line, STRIDE, index * SIZE + row * STRIDE) != STRIDE) abort();
  }
}

static int answer(unsigned long request, void* argument) {
  struct v4l2_buffer* buffer = argument;
  struct v4l2_format* format = argument;
  switch (request) {
    case VIDIOC_S_FMT:
      format->fmt.pix.width = WIDTH;
      format->fmt.pix.height = HEIGHT;
      format->fmt.pix.bytesperline = STRIDE;
      if (getenv("CAMERA_JPEG")) format->fmt.pix.pixelformat = V4L2_PIX_FMT_MJPEG;
      if (is("gray")) format->fmt.pix.pixelformat = V4L2_PIX_FMT_GREY;
      return 0;
    case VIDIOC_REQBUFS:
      ((struct v4l2_requestbuffers*)argument)->count = COUNT;
      return 0;
    case VIDIOC_QUERYBUF:
      buffer->length = is("small") ? 4096 : SIZE;
      buffer->m.offset = buffer->index * SIZE;
      return 0;
    case VIDIOC_DQBUF:
      if (!is("endless") && ((frame == 3 && absences == 0) || frame == 6)) {
        errno = ENODEV;
        return -1;
      }
      if (is("eio") && frame == 1 && ++failures < 4) {
        errno = EIO;
        return -1;
      }
      buffer->index = (unsigned)(frame % COUNT);
      if (getenv("CAMERA_CLOCK")) {
        buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        buffer->timestamp.tv_sec = 1000;
        buffer->timestamp.tv_usec = 250000 * frame;
      }
      if (getenv("CAMERA_PERIOD_US")) usleep((useconds_t)atoi(getenv("CAMERA_PERIOD_US")));
      expose(frame % COUNT);
      buffer->bytesused = STRIDE * HEIGHT;
      if (getenv("CAMERA_JPEG")) {
        buffer->bytesused = expose_jpeg(getenv("CAMERA_JPEG"), frame % COUNT);
      }
      if (frame == 1 && is("short")) buffer->bytesused /= 2;
      if (frame == 1 && is("marked")) buffer->flags |= V4L2_BUF_FLAG_ERROR;
      ++frame;
      return 0;
    case VIDIOC_QBUF:
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
      return 0;
    default:
      errno = ENOTTY;
      return -1;
  }
}

int ioctl(int file, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (file == camera && camera >= 0) return answer(request, argument);
  return ((int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl"))(file, request, argument);
}
