/* The lane kernel, for a batch: the module autograd._lanes.

   It runs the programs that replay/backends/lane_program.py makes of a tape. There is one kernel for all of them, in a
   version for each set of vector instructions; the best that the processor has is chosen when the module is imported.
   Programs come from that file alone: whether the places in them lie inside the memory is not asked again here. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define WITH_CALLING
#define KERNEL lanes_plain
#include "_lanes_kernel.h"

#define LANES_VERSION 3   /* of what replay/backends/c_lanes.py asks; to be raised in both when that changes */
#define LONG_ENOUGH 20000 /* words times examples from which on other threads may run meanwhile: some microseconds */

static int (*chosen)(const Lanes *) = lanes_plain;

enum { PROGRAM, FILLED, PACKS, COUNT, GATHERED, OTHERS, SHARED, PACKED, ROWS, ASIDE, GIVEN, LANES, RESULTS, N_BUFFERS };
enum { START = N_BUFFERS, STOP, SIZE, COLUMN, N_SUMS, ASKED, N_ARGUMENTS };

static const struct {
    const char *name;
    int dimensions, itemsize, written;
} BUFFER[N_BUFFERS] = {
    {"program", 1, 4, 0}, {"filled", 1, 4, 0}, {"packs", 1, 4, 0}, {"count", 1, 4, 0}, {"gathered", 2, 4, 0},
    {"others", 2, 8, 0},  {"shared", 1, 8, 1}, {"packed", 1, 8, 1}, {"rows", 2, 8, 1},  {"aside", 1, 8, 1},
    {"given", 1, 8, 0},
    {"lanes", 2, 8, 0},   {"results", 2, 8, 1},
};

/* 0, or -1 with an error: what ``given`` holds, of the shape and the size of number that the argument has. */
static int held(PyObject *given, Py_buffer *view, int argument)
{
    const int flags = PyBUF_ND | (BUFFER[argument].written ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(given, view, flags | PyBUF_C_CONTIGUOUS) < 0) return -1;
    if (view->ndim == BUFFER[argument].dimensions && view->itemsize == BUFFER[argument].itemsize) return 0;
    PyErr_Format(PyExc_ValueError, "%s must have %d dimension(s) of numbers of %d bytes, got %d of %zd",
                 BUFFER[argument].name, BUFFER[argument].dimensions, BUFFER[argument].itemsize, view->ndim,
                 view->itemsize);
    PyBuffer_Release(view);
    return -1;
}

static PyObject *refused(const char *why)
{
    PyErr_SetString(PyExc_ValueError, why);
    return NULL;
}

/* asked(other, rows, places, n): what the operation writes in the first of the rows at these places; -1 if it fails. */
static int ask(const Lanes *lanes, ptrdiff_t other, const uint32_t *at, ptrdiff_t n)
{
    const PyGILState_STATE state = PyGILState_Ensure();
    const Py_ssize_t count = 1 + (Py_ssize_t)lanes->others[other][1];
    PyObject *places = PyList_New(count), *done = NULL;
    for (Py_ssize_t i = 0; places && i < count; ++i) {
        PyObject *place = PyLong_FromUnsignedLong(at[i]);
        if (place) PyList_SET_ITEM(places, i, place);
        else Py_CLEAR(places);
    }
    if (places) done = PyObject_CallFunction(lanes->asked, "nOOn", other, (PyObject *)lanes->array, places, n);
    const int failed = done == NULL;
    Py_XDECREF(places);
    Py_XDECREF(done);
    PyGILState_Release(state);
    return -failed;
}

/* None, or NULL with an error, once the kernel has run on the buffers. */
static PyObject *run(const Py_buffer *views, const Py_ssize_t *numbers, PyObject *asked)
{
#define AT(argument) views[argument].buf
#define SHAPE(argument, axis) views[argument].shape[axis]
    const Py_ssize_t start = numbers[START - N_BUFFERS], stop = numbers[STOP - N_BUFFERS];
    const Py_ssize_t size = numbers[SIZE - N_BUFFERS];
    const Lanes lanes = {
        .program = AT(PROGRAM), .filled = AT(FILLED), .packs = AT(PACKS), .count = AT(COUNT), .gathered = AT(GATHERED),
        .n_program = SHAPE(PROGRAM, 0), .n_filled = SHAPE(FILLED, 0), .n_packs = SHAPE(PACKS, 0),
        .n_gathered = SHAPE(GATHERED, 0), .others = AT(OTHERS), .n_others = SHAPE(OTHERS, 0),
        .shared = AT(SHARED), .packed = AT(PACKED), .rows = AT(ROWS),
        .aside = AT(ASIDE), .results = AT(RESULTS), .given = AT(GIVEN), .lanes = AT(LANES),
        .n_given = SHAPE(GIVEN, 0), .n_lanes = SHAPE(LANES, 0), .n_examples = SHAPE(LANES, 1),
        .stride = SHAPE(ROWS, 1), .results_stride = SHAPE(RESULTS, 1), .start = start, .stop = stop, .size = size,
        .n_sums = numbers[N_SUMS - N_BUFFERS], .column = numbers[N_SUMS - N_BUFFERS] ? numbers[COLUMN - N_BUFFERS] : 0,
        .ask = ask, .asked = asked, .array = views[ROWS].obj,
    };
    int failed;
    if (start < 0 || stop < start || (lanes.n_lanes && stop > lanes.n_examples))
        return refused("start and stop must be a range of the examples");
    if (size < 0 || size > lanes.stride || (stop > start && size == 0))
        return refused("size must be that of a block: at least 1, and at most the length of a row");
    if (lanes.n_lanes + lanes.n_filled > SHAPE(ROWS, 0)) return refused("there are too few rows");
    if (lanes.n_given > SHAPE(SHARED, 0)) return refused("more numbers are given than there is room for");
    if (lanes.n_gathered && SHAPE(GATHERED, 1) != 3) return refused("gathered must have three columns");
    if (lanes.n_sums < 0 || lanes.n_sums > lanes.results_stride) return refused("n_sums is not among the results");
    if (lanes.n_sums && (lanes.column < 0 || lanes.column >= SHAPE(RESULTS, 0)))
        return refused("there is no such column of the results");
    if (lanes.n_others && SHAPE(OTHERS, 1) != 2) return refused("others must have two columns");
    if ((stop - start) * lanes.n_program < LONG_ENOUGH) {
        failed = chosen(&lanes);
    } else {
        Py_BEGIN_ALLOW_THREADS
        failed = chosen(&lanes);
        Py_END_ALLOW_THREADS
    }
    if (failed) return NULL;
    Py_RETURN_NONE;
}

static PyObject *kernel(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count)
{
    Py_buffer views[N_BUFFERS];
    Py_ssize_t numbers[ASKED - N_BUFFERS];
    PyObject *result = NULL;
    int open = 0;
    if (count != N_ARGUMENTS)
        return PyErr_Format(PyExc_TypeError, "kernel takes %d arguments, got %zd", (int)N_ARGUMENTS, count);
    for (int i = 0; i < ASKED - N_BUFFERS; ++i) {
        numbers[i] = PyNumber_AsSsize_t(given[N_BUFFERS + i], PyExc_ValueError);
        if (numbers[i] == -1 && PyErr_Occurred()) return NULL;
    }
    while (open < N_BUFFERS && held(given[open], &views[open], open) == 0) ++open;
    if (open == N_BUFFERS) result = run(views, numbers, given[ASKED]);
    while (open) PyBuffer_Release(&views[--open]);
    return result;
}

/* The names of the blocks and of the operations with how many operands each has, in the order of their codes. */
static PyObject *operations(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
#define NAMED(name, arity) {#name, arity},
    static const struct {
        const char *name;
        int arity;
    } NAMES[] = {OPERATIONS(NAMED, NAMED)};
    const Py_ssize_t count = (Py_ssize_t)(sizeof NAMES / sizeof *NAMES);
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; ++i) {
        PyObject *pair = Py_BuildValue("(si)", NAMES[i].name, NAMES[i].arity);
        if (pair) PyList_SET_ITEM(list, i, pair);
        else Py_CLEAR(list);
    }
    return list;
}

/* Whether the processor has a set of vector instructions; if so, the kernel for it runs from now on. */
static int take(const char *set)
{
    if (strcmp(set, "plain") == 0) {
        chosen = lanes_plain;
        return 1;
    }
#ifdef SETS_OF_INSTRUCTIONS
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
    if (strcmp(set, "avx2") == 0) {
        chosen = lanes_avx2;
        return 1;
    }
    if (strcmp(set, "avx512") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        chosen = lanes_avx512;
        return 1;
    }
#endif
    return 0;
}

static PyObject *take_set(PyObject *Py_UNUSED(module), PyObject *name)
{
    const char *set = PyUnicode_AsUTF8(name);
    return set ? PyBool_FromLong(take(set)) : NULL;
}

static PyMethodDef functions[] = {
    {"kernel", (PyCFunction)(void (*)(void))kernel, METH_FASTCALL,
     "kernel(program, filled, packs, count, gathered, others, shared, packed, rows, aside, given, lanes, results,\n"
     "       start, stop, size, column, n_sums, asked)\n\nRun a program; see autograd/replay/backends/c_lanes.py."},
    {"operations", operations, METH_NOARGS, "The operations by code, the first after the blocks: (name, operands)."},
    {"take", take_set, METH_O, "Use 'plain', 'avx2' or 'avx512' instructions from now on; False if there are none."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_lanes", NULL, -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__lanes(void)
{
    PyObject *made = PyModule_Create(&module);
    if (!take("avx512")) take("avx2");
    if (made && (PyModule_AddStringConstant(made, "TABLE_DIGEST", TABLE_DIGEST) < 0 ||
                 PyModule_AddIntConstant(made, "VERSION", LANES_VERSION) < 0))
        Py_CLEAR(made);
    return made;
}
