// A camera for tests: preloaded, it answers for /dev/video7 what the kernel would.
// Its frames are YUYV ramps that move by four bytes from frame to frame.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 48, STRIDE = 2 * WIDTH + 16, SIZE = 65536, COUNT = 2 };

static int camera = -1;
static int frame = 0;

static int open_camera(void) {
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
      if (getenv("CAMERA_MJPG")) format->fmt.pix.pixelformat = V4L2_PIX_FMT_MJPEG;
      return 0;
    case VIDIOC_REQBUFS:
      ((struct v4l2_requestbuffers*)argument)->count = COUNT;
      return 0;
    case VIDIOC_QUERYBUF:
      buffer->length = getenv("CAMERA_SMALL") ? 4096 : SIZE;
      buffer->m.offset = buffer->index * SIZE;
      return 0;
    case VIDIOC_DQBUF:
      if (frame == 3) {
        errno = ENODEV;
        return -1;
      }
      buffer->index = (unsigned)(frame % COUNT);
      if (getenv("CAMERA_CLOCK")) {
        buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        buffer->timestamp.tv_sec = 1000;
        buffer->timestamp.tv_usec = 250000 * frame;
      }
      expose(frame % COUNT);
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
