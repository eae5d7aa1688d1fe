/* Lists the devices of this machine and carries a panel to the best one and back.
 *
 *   cc devices.c $(pkg-config --cflags --libs penstock) -o devices */
#include <stdio.h>

#include <penstock/penstock.h>

enum { SERIES = 2, POINTS = 5 };

static pen_status there_and_back(pen_device *dev)
{
    const double closes_px[SERIES][POINTS] = { { 101, 102, 101.5, 103, 104 },
                                               { 55, 54.5, 54.75, 55.25, 56 } };
    double back_px[SERIES][POINTS] = { { 0 } };
    pen_queue *queue = NULL;
    pen_panel *panel = NULL;
    pen_status s = pen_queue_create(dev, &queue);
    if (s == PEN_OK)
        s = pen_panel_create(dev, PEN_F64, SERIES, POINTS, &panel);
    if (s == PEN_OK)
        s = pen_panel_write(queue, panel, closes_px, POINTS);
    if (s == PEN_OK)
        s = pen_panel_read(queue, back_px, POINTS, panel);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    if (s == PEN_OK)
        printf("last close of series 1, by way of %s: %g\n", pen_device_describe(dev)->name,
               back_px[1][POINTS - 1]);
    pen_panel_destroy(panel);
    pen_queue_destroy(queue);
    return s;
}

int main(void)
{
    pen_device_info *infos = NULL;
    size_t count = 0;
    if (pen_device_list(&infos, &count) != PEN_OK) {
        fprintf(stderr, "devices: %s\n", pen_last_error());
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        printf("%-10s %s, %u units, %.1f GiB\n", infos[i].name, infos[i].model, infos[i].unit_count,
               (double)infos[i].memory_bytes / (1 << 30));
    pen_device_list_free(infos);

    pen_device *dev = NULL;
    pen_status s = pen_device_open(NULL, &dev);
    if (s == PEN_OK)
        s = there_and_back(dev);
    if (s != PEN_OK)
        fprintf(stderr, "devices: %s\n", pen_last_error());
    pen_device_close(dev);
    return s != PEN_OK;
}
