/* A recorded computation in C: a tape of autograd/replay/tape.py, run for one example after another.

   The bits are those of the Python backend: the same formulas as in the rest of the engine, and where one of them tells
   that Python would raise, or where an operation has none, the record is asked for the value of IEEE 754. */

/* The formulas that are short and frequent, with their numbers of operands: they are written into the loop. */
#define INLINED(X) X(add, 2) X(sub, 2) X(mul, 2) X(div, 2) X(neg, 1) X(square, 1) X(relu, 1) X(step, 1) X(where, 3) \
    X(is_either, 3) X(maximum, 2) X(minimum, 2)
#define KIND(name, operands) INLINED_##name,
enum { DOT, FORMULA, ASKED, INLINED(KIND) };
#undef KIND

typedef struct {
    int kind, operands, n_constants;
    double constants[MOST_OPERANDS];
    Formula value;
    PyObject *op; /* the record */
} Operation;

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    Py_ssize_t count, n_given, n_lanes, n_slots, n_outputs, n_guards, n_ops;
    int summed;
    Operation *ops;
    uint32_t *code, *start, *args, *dest, *outputs;
    uint32_t *guards; /* of each its relation, left and right slot, outcome, and how many instructions run before it */
    uint32_t *lanes;  /* the slots that each example has numbers of its own for */
    double *slots;    /* for the next run, with the constants; 0 while one uses them */
    PyObject *held, *constants, *asked; /* the buffers; asked(op, numbers) -> the number */
} Program;

#define SUM_OF_PRODUCTS -2 /* in the place of a row */
#define AT_ONCE 20000 /* instructions that run without letting other threads in */

/* The value of an instruction by its record; -1 where that fails. What is released is taken for the time of it. */
static int
by_record(Program *self, PyObject *op, const double *x, Py_ssize_t count, double *value, PyThreadState **released)
{
    if (*released) PyEval_RestoreThread(*released);
    PyObject *numbers = PyList_New(count), *found = NULL;
    for (Py_ssize_t i = 0; numbers && i < count; i++) {
        PyObject *number = PyFloat_FromDouble(x[i]);
        if (!number) Py_CLEAR(numbers);
        else PyList_SET_ITEM(numbers, i, number);
    }
    if (numbers) found = PyObject_CallFunctionObjArgs(self->asked, op, numbers, NULL);
    if (found) *value = PyFloat_AsDouble(found);
    Py_XDECREF(numbers);
    Py_XDECREF(found);
    int failed = !found || (*value == -1.0 && PyErr_Occurred());
    if (*released) *released = PyEval_SaveThread();
    return failed ? -1 : 0;
}

static int
holds(const uint32_t *guard, const double *slots)
{
    double x = slots[guard[1]], y = slots[guard[2]];
    int outcome = guard[0] == 0 ? x < y : guard[0] == 1 ? x <= y : guard[0] == 2 ? x > y : guard[0] == 3 ? x >= y
                  : guard[0] == 4 ? x == y : x != y;
    return outcome == (int)guard[3];
}

/* Runs the tape on what stands in slots -> the first guard that does not hold; -1: all do; -2: an error. */
static Py_ssize_t
run(Program *self, double *slots, PyThreadState **released)
{
    const uint32_t *args = self->args;
    Py_ssize_t guard = 0, next = self->n_guards ? self->guards[4] : self->count + 1;
    for (Py_ssize_t i = 0; i <= self->count; i++) {
        while (i == next) {
            if (!holds(self->guards + 5 * guard, slots)) return guard;
            next = ++guard < self->n_guards ? self->guards[5 * guard + 4] : self->count + 1;
        }
        if (i == self->count) break;
        const Operation *operation = self->ops + self->code[i];
        const uint32_t *arg = args + self->start[i], *end = args + self->start[i + 1];
        double *result = slots + self->dest[i], few[MOST_NUMBERS], *x = few;
        switch (operation->kind) {
        case DOT: { /* four sums; -0 is the number that adds nothing, not even to -0 */
            double a = -0.0, b = -0.0, c = -0.0, d = -0.0;
            for (; end - arg >= 8; arg += 8) {
                a += slots[arg[0]] * slots[arg[1]];
                b += slots[arg[2]] * slots[arg[3]];
                c += slots[arg[4]] * slots[arg[5]];
                d += slots[arg[6]] * slots[arg[7]];
            }
            for (; arg < end; arg += 2) a += slots[arg[0]] * slots[arg[1]];
            *result = (a + b) + (c + d);
            continue;
        }
#define CASE(name, operands)                                                                      \
        case INLINED_##name:                                                                          \
            for (int j = 0; j < operands; j++) x[j] = slots[arg[j]];                                  \
            if (!value_##name(x, result)) continue;                                                   \
            break;
        INLINED(CASE)
#undef CASE
        default:
            if (end - arg > MOST_NUMBERS && !(x = PyMem_RawMalloc((end - arg) * sizeof(double)))) return -2;
            for (Py_ssize_t j = 0; j < end - arg; j++) x[j] = slots[arg[j]];
            for (int j = 0; j < operation->n_constants; j++) x[end - arg + j] = operation->constants[j];
            if (operation->kind == FORMULA && !operation->value(x, result)) continue;
        }
        int failed = by_record(self, operation->op, x, end - arg, result, released);
        if (x != few) PyMem_RawFree(x);
        if (failed) return -2;
    }
    return -1;
}

/* The contiguous buffer of an array of numbers of that size, where it has the right length (-1: any); 0 with an error. */
static void *
numbers_in(PyObject *array, Py_buffer *view, Py_ssize_t size, Py_ssize_t length, int flags, const char *name)
{
    if (PyObject_GetBuffer(array, view, flags | PyBUF_C_CONTIGUOUS)) { view->obj = NULL; return NULL; }
    if (view->itemsize == size && (length < 0 || view->len == length * size)) return view->buf;
    PyErr_Format(PyExc_ValueError, "%s must hold %zd numbers of %zd bytes, got %zd bytes in items of %zd", name, length, size,
                 view->len, view->itemsize);
    PyBuffer_Release(view);
    return view->obj = NULL, NULL;
}

/* program(shared, lanes, results) -> the first guard that does not hold, or -1. The numbers that all examples share, in
   the order of their slots; those of each example, a row for each slot; the results, a row for each output, or their
   sums. With guards for one example alone. */
static PyObject *
program_call(PyObject *callable, PyObject *const *given, size_t flagged, PyObject *names)
{
    Program *self = (Program *)callable;
    Py_buffer shared = {0}, lanes = {0}, results = {0};
    PyObject *answer = NULL;
    double *slots = NULL;
    if (PyVectorcall_NARGS(flagged) != 3 || names) return PyErr_BadArgument(), NULL;
    double *x = numbers_in(given[0], &shared, sizeof(double), self->n_given - self->n_lanes, 0, "shared");
    if (!shared.obj) goto done;
    double *lane = numbers_in(given[1], &lanes, sizeof(double), -1, PyBUF_ND, "lanes");
    if (!lanes.obj) goto done;
    Py_ssize_t n = lanes.ndim == 2 ? lanes.shape[1] : -1;
    if (n < 0 || lanes.shape[0] != self->n_lanes || (self->n_guards && n != 1)) {
        PyErr_Format(PyExc_ValueError, "lanes must have %zd rows%s", self->n_lanes, self->n_guards ? " and one column" : "");
        goto done;
    }
    Py_ssize_t length = self->n_outputs * (self->summed ? 1 : n), guard = -1;
    double *result = numbers_in(given[2], &results, sizeof(double), length, PyBUF_WRITABLE, "results");
    if (!results.obj) goto done;
    slots = self->slots;
    self->slots = NULL;
    if (!slots) { /* as many runs at once in other threads */
        slots = PyMem_RawCalloc(self->n_slots + 1, sizeof(double));
        if (!slots) { PyErr_NoMemory(); goto done; }
        memcpy(slots + self->n_given, PyBytes_AS_STRING(self->constants), PyBytes_GET_SIZE(self->constants));
    }
    PyThreadState *released = n * self->count > AT_ONCE ? PyEval_SaveThread() : NULL;
    for (Py_ssize_t i = 0, next = 0; i < self->n_given; i++) {
        if (next < self->n_lanes && self->lanes[next] == (uint32_t)i) next++;
        else slots[i] = *x++;
    }
    for (Py_ssize_t i = 0; self->summed && i < self->n_outputs; i++) result[i] = -0.0; /* which adds nothing */
    for (Py_ssize_t k = 0; k < n && guard == -1; k++) {
        for (Py_ssize_t i = 0; i < self->n_lanes; i++) slots[self->lanes[i]] = lane[i * n + k];
        guard = run(self, slots, &released);
        if (self->summed)
            for (Py_ssize_t i = 0; i < self->n_outputs; i++) result[i] += slots[self->outputs[i]];
        else
            for (Py_ssize_t i = 0; i < self->n_outputs; i++) result[i * n + k] = slots[self->outputs[i]];
    }
    if (released) PyEval_RestoreThread(released);
    if (guard == -2 && !PyErr_Occurred()) PyErr_NoMemory();
    if (guard != -2) answer = PyLong_FromSsize_t(guard);
    if (self->slots) PyMem_RawFree(slots);
    else self->slots = slots;
done:
    if (shared.obj) PyBuffer_Release(&shared);
    if (lanes.obj) PyBuffer_Release(&lanes);
    if (results.obj) PyBuffer_Release(&results);
    return answer;
}

static int
program_traverse(Program *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = 0; i < self->n_ops; i++) Py_VISIT(self->ops[i].op);
    Py_VISIT(self->asked);
    return 0;
}

static int
program_clear(Program *self)
{
    for (Py_ssize_t i = 0; i < self->n_ops; i++) Py_CLEAR(self->ops[i].op);
    Py_CLEAR(self->asked);
    return 0;
}

static void
program_dealloc(Program *self)
{
    PyObject_GC_UnTrack(self);
    program_clear(self);
    Py_XDECREF(self->held);
    Py_XDECREF(self->constants);
    PyMem_Free(self->ops);
    PyMem_RawFree(self->slots);
    PyObject_GC_Del(self);
}

static PyTypeObject ProgramType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "autograd._engine.Program",
    .tp_basicsize = sizeof(Program),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(Program, call),
    .tp_call = PyVectorcall_Call,
    .tp_traverse = (traverseproc)program_traverse,
    .tp_clear = (inquiry)program_clear,
    .tp_dealloc = (destructor)program_dealloc,
};

static int
kind_of(const Rule *rule)
{
#define FOUND(name, operands) if (rule->value == value_##name) return INLINED_##name;
    INLINED(FOUND)
#undef FOUND
    return FORMULA;
}

/* Whether the program reads and writes within its slots. */
static int
is_sound(const Program *self, Py_ssize_t n_args)
{
    uint32_t slots = (uint32_t)self->n_slots;
    if (self->start[0] || self->start[self->count] != n_args) return 0;
    for (Py_ssize_t i = 0; i < self->count; i++) {
        Py_ssize_t count = (Py_ssize_t)self->start[i + 1] - self->start[i];
        if (count < 0 || self->code[i] >= self->n_ops || self->dest[i] >= slots) return 0;
        const Operation *operation = self->ops + self->code[i];
        if (operation->kind == DOT ? count % 2 : operation->kind != ASKED && count != operation->operands) return 0;
    }
    for (Py_ssize_t i = 0; i < n_args; i++)
        if (self->args[i] >= slots) return 0;
    for (Py_ssize_t i = 0; i < self->n_outputs; i++)
        if (self->outputs[i] >= slots) return 0;
    for (Py_ssize_t i = 0; i < self->n_lanes; i++)
        if (self->lanes[i] >= self->n_given || (i && self->lanes[i] <= self->lanes[i - 1])) return 0;
    for (Py_ssize_t i = 0; i < self->n_guards; i++) {
        const uint32_t *guard = self->guards + 5 * i;
        if (guard[1] >= slots || guard[2] >= slots || guard[4] > self->count || (i && guard[4] < guard[-1])) return 0;
    }
    return 1;
}

/* program(ops, words, constants, n_given, n_slots, summed, asked) -> a Program. Each operation is a record, its row in the
   table, or -1 to ask the record, and the constants that it captures. The words are seven objects of bytes: code, start,
   args, dest, outputs, guards, lanes. */
static PyObject *
program(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *ops, *words, *constants, *asked;
    Py_ssize_t n_given, n_slots;
    int summed;
    if (!PyArg_ParseTuple(args, "O!O!SnnpO", &PyTuple_Type, &ops, &PyTuple_Type, &words, &constants, &n_given, &n_slots,
                          &summed, &asked))
        return NULL;
    uint32_t *part[7];
    Py_ssize_t length[7];
    for (Py_ssize_t i = 0; i < 7; i++) {
        PyObject *bytes = PyTuple_GetItem(words, i);
        if (!bytes || !PyBytes_Check(bytes)) return PyErr_BadArgument(), NULL;
        part[i] = (uint32_t *)PyBytes_AS_STRING(bytes);
        length[i] = PyBytes_GET_SIZE(bytes) / sizeof(uint32_t);
    }
    Program *self = PyObject_GC_New(Program, &ProgramType);
    if (!self) return NULL;
    memset((char *)self + sizeof(PyObject), 0, sizeof(Program) - sizeof(PyObject));
    self->call = program_call;
    self->held = Py_NewRef(words);
    self->constants = Py_NewRef(constants);
    self->asked = Py_NewRef(asked);
    self->code = part[0], self->start = part[1], self->args = part[2], self->dest = part[3];
    self->outputs = part[4], self->guards = part[5], self->lanes = part[6];
    self->count = length[0], self->n_outputs = length[4], self->n_guards = length[5] / 5, self->n_lanes = length[6];
    self->n_given = n_given, self->n_slots = n_slots, self->summed = summed;
    self->ops = PyMem_Calloc(PyTuple_GET_SIZE(ops) + 1, sizeof(Operation));
    if (!self->ops) goto failed;
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(ops); at++) {
        Operation *each = self->ops + at;
        PyObject *op, *numbers;
        int row;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(ops, at), "OiO!", &op, &row, &PyTuple_Type, &numbers)) break;
        each->op = Py_NewRef(op);
        each->kind = row == SUM_OF_PRODUCTS ? DOT : ASKED;
        if (row < 0) continue;
        const Rule *rule = row < (int)(sizeof(RULES) / sizeof(RULES[0])) ? RULES + row : NULL;
        each->n_constants = (int)Py_MIN(PyTuple_GET_SIZE(numbers), MOST_NUMBERS);
        each->operands = rule ? rule->operands + rule->constants - each->n_constants : -1;
        if (each->operands < 0) { PyErr_Format(PyExc_ValueError, "row %d has no place for these constants", row); break; }
        each->value = rule->value;
        each->kind = each->n_constants ? FORMULA : kind_of(rule);
        for (int i = 0; i < each->n_constants; i++)
            each->constants[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(numbers, i));
        if (PyErr_Occurred()) break;
    }
    self->n_ops = PyTuple_GET_SIZE(ops); /* those that were not reached hold nothing */
    if (PyErr_Occurred()) goto failed;
    if (n_given < 0 || n_slots < n_given + PyBytes_GET_SIZE(constants) / (Py_ssize_t)sizeof(double)
        || length[1] != length[0] + 1 || length[3] != length[0] || length[5] % 5 || !is_sound(self, length[2])) {
        PyErr_SetString(PyExc_ValueError, "the parts of the program do not fit together");
        goto failed;
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
failed:
    if (!PyErr_Occurred()) PyErr_NoMemory();
    PyObject_GC_Track(self);
    Py_DECREF(self);
    return NULL;
}
