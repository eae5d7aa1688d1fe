/* Writes the kernel catalogue as C: the texts of the files named, and a table
 * of the kernels that the .k files among them define.
 *
 *   embed_kernels FILE... >kernels_gen.c
 *
 * On x86-64 the table refers to builds v2, v3 and v4, elsewhere to base. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KERNELS = 1000, MAX_NAME = 64 };

static struct {
    char name[MAX_NAME];
    const char *file;
} kernels[MAX_KERNELS];
static int n_kernels;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "embed_kernels: %s %s\n", what, which);
    exit(1);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Writes the file's bytes as a char array named text_<index>. */
static long embed(const char *path, int index)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        die("cannot read", path);
    printf("static const char text_%d[] = {", index);
    long bytes = 0;
    for (int c; (c = getc(in)) != EOF; bytes++)
        printf("%s%d,", bytes % 24 == 0 ? "\n" : "", c);
    printf("0};\n");
    fclose(in);
    return bytes;
}

/* Collects each `KERNEL(name,` that starts a line. */
static void scan(const char *path)
{
    FILE *in = fopen(path, "r");
    if (in == NULL)
        die("cannot read", path);
    char line[1024], name[MAX_NAME];
    while (fgets(line, sizeof line, in) != NULL)
        if (sscanf(line, "KERNEL(%63[a-z0-9_],", name) == 1) {
            if (n_kernels == MAX_KERNELS)
                die("too many kernels in", path);
            strcpy(kernels[n_kernels].name, name);
            kernels[n_kernels++].file = base_name(path);
        }
    fclose(in);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void write_table(const char *const *variants, int n_variants, const char *const *slots)
{
    static const char *const reals[] = { "f32", "f64" };
    for (int i = 0; i < n_kernels; i++)
        for (int r = 0; r < 2; r++) {
            printf("extern const pen_kernel_arg pk_%s_args_%s_%s[];\n", kernels[i].name, reals[r],
                   variants[0]);
            for (int v = 0; v < n_variants; v++)
                printf("extern pen_cpu_kernel pk_%s_%s_%s;\n", kernels[i].name, reals[r],
                       variants[v]);
        }
    printf("const pen_kernel pen_kernels[] = {\n");
    for (int i = 0; i < n_kernels; i++) {
        printf("{\"%s\", \"%s\", {", kernels[i].name, kernels[i].file);
        for (int r = 0; r < 2; r++) {
            printf("{pk_%s_args_%s_%s, {", kernels[i].name, reals[r], variants[0]);
            for (int v = 0; v < n_variants; v++)
                printf("[%s] = pk_%s_%s_%s,", slots[v], kernels[i].name, reals[r], variants[v]);
            printf("}},");
        }
        printf("}},\n");
    }
    printf("};\nconst size_t pen_kernel_count = %d;\n", n_kernels);
}

int main(int argc, char **argv)
{
    static long bytes[1000];
    if (argc > 1000)
        die("too many files:", argv[1000]);
    printf("#include \"catalog.h\"\n");
    for (int i = 1; i < argc; i++) {
        bytes[i] = embed(argv[i], i);
        const char *dot = strrchr(argv[i], '.');
        if (dot != NULL && strcmp(dot, ".k") == 0)
            scan(argv[i]);
    }
    printf("const pen_kernel_text pen_kernel_texts[] = {\n");
    for (int i = 1; i < argc; i++)
        printf("{\"%s\", text_%d, %ld},\n", base_name(argv[i]), i, bytes[i]);
    printf("};\nconst size_t pen_kernel_text_count = %d;\n", argc - 1);
    qsort(kernels, (size_t)n_kernels, sizeof kernels[0], by_name);
    static const char *const x86[] = { "v2", "v3", "v4" }, *const plain[] = { "base" };
    static const char *const x86_slots[] = { "PEN_ISA_V2", "PEN_ISA_V3", "PEN_ISA_V4" };
    static const char *const plain_slots[] = { "PEN_ISA_BASE" };
    printf("#if defined(__x86_64__)\n");
    write_table(x86, 3, x86_slots);
    printf("#else\n");
    write_table(plain, 1, plain_slots);
    printf("#endif\n");
    return ferror(stdout) ? 1 : 0;
}
