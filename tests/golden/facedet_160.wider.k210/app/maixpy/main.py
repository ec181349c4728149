# facedet_160.wider on MaixPy 0.6: generated, for a network at 0x300000 in the flash.
# Prints a JSON line for each picture, and shows what it found.
import math

import KPU
import lcd
import sensor
import ujson
import utime

WIDTH, HEIGHT = 160, 160
# Width, height and channels of the network's outputs.
OUTPUTS = (
    (20, 20, 5),
    (10, 10, 5),
    (5, 5, 5),
)
# The output of boxes, their first channel, that of scores, stride, anchors (width, height).
LEVELS = (
    (0, 1, 0, 0, 8, ((8, 8),)),
    (1, 1, 1, 0, 16, ((16, 16),)),
    (2, 1, 2, 0, 32, ((32, 32),)),
)
THRESHOLD, IOU_PERCENT, LIMIT, CANDIDATES = 0.65, 45, 32, 256


def candidates(outputs):
    """Return [score, left, top, right, bottom] of what may be objects, in pixels."""
    least = math.log(THRESHOLD / (1 - THRESHOLD))
    found = []
    for boxes, first, scores, score, stride, anchors in LEVELS:
        columns, rows, channels = OUTPUTS[boxes]
        area = columns * rows
        for index in range(len(anchors)):
            plane = (score + index * OUTPUTS[scores][2] // len(anchors)) * area
            side = (first + index * channels // len(anchors)) * area
            for cell in range(area):
                logit = outputs[scores][plane + cell]
                if logit >= least:
                    four = [outputs[boxes][side + k * area + cell] for k in range(4)]
                    x, y = (cell % columns + 0.5) * stride, (cell // columns + 0.5) * stride
                    found.append([1 / (1 + math.exp(-logit))])
                    found[-1].extend(edges(four, x, y, stride))
    return found


def edges(numbers, x, y, stride):
    """Return left, top, right, bottom: coding distances."""
    left, top, right, bottom = [max(number, 0) * stride for number in numbers]
    return [x - left, y - top, x + right, y + bottom]


def is_same(a, b):
    """Return whether two boxes are of one object."""
    width = min(a[3], b[3]) - max(a[1], b[1])
    height = min(a[4], b[4]) - max(a[2], b[2])
    inter = max(width, 0) * max(height, 0)
    both = (a[3] - a[1]) * (a[4] - a[2]) + (b[3] - b[1]) * (b[4] - b[2])
    return 100 * inter > IOU_PERCENT * (both - inter)


def find(outputs):
    """Return boxes x, y, width, height and scores, the best first."""
    kept = []
    for one in sorted(candidates(outputs), key=lambda item: -item[0])[:CANDIDATES]:
        if len(kept) < LIMIT and not [other for other in kept if is_same(one, other)]:
            kept.append(one)
    boxes = [[b[1], b[2], b[3] - b[1], b[4] - b[2]] for b in kept]
    return {"boxes": boxes, "scores": [b[0] for b in kept]}


def draw(picture, found):
    """Draw the boxes."""
    for box in found["boxes"]:
        picture.draw_rectangle([int(number) for number in box], color=(0, 255, 0))


def start():
    """Start camera and screen; return the network."""
    lcd.init()
    sensor.reset()
    sensor.set_pixformat(sensor.RGB565)
    sensor.set_framesize(sensor.QVGA)
    sensor.set_windowing((WIDTH, HEIGHT))
    sensor.run(1)
    network = KPU.load(0x300000)
    for index, shape in enumerate(OUTPUTS):
        KPU.set_outputs(network, index, *shape)
    return network


def main():
    network, frame = start(), 0
    while True:
        picture = sensor.snapshot()
        before = utime.ticks_ms()
        KPU.forward(network, picture)
        outputs = [KPU.get_output(network, index)[:] for index in range(len(OUTPUTS))]
        found = find(outputs)
        found["frame"], found["latency_ms"] = frame, utime.ticks_diff(utime.ticks_ms(), before)
        print(ujson.dumps(found))
        draw(picture, found)
        lcd.display(picture)
        frame += 1


main()
