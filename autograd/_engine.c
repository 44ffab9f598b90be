/* The engine in C: the straight case of what autograd/value.py and autograd/sweep.py do, and nothing else.

   Read it beside those two. There stands what everything means; here the same is done for operands that are plain
   numbers, in ordinary surroundings, with a finite result, by an operation of the table whose formulas were compiled in.
   Whatever is out of that asks the function in Python that a Maker holds, or leaves the whole sweep to Python: messages,
   hooks, warnings, infinities, operations of users. Nothing is written before it is known that all goes well, so Python
   begins anew where C gives up.

   Every double here has the bits that Python's float has: compile without contraction and without fast-math. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <math.h>
#include <stdint.h>

#define VERSION 12 /* of what autograd/compiled.py asks of this file; to be raised in both when that changes */
#define MOST_OPERANDS 3
#define MOST_NUMBERS 4 /* operands, constants, output */

typedef int (*Formula)(const double *x, double *out);

typedef struct {
    const char *name;
    int operands, constants;
    double fixed; /* the one constant that the gradients are right for; nan: any */
    Formula value, partials; /* partials may be 0: then the record is asked */
} Rule;

#include "_rules.h"

/* --- nodes ------------------------------------------------------------------------------------------------ */

typedef struct {
    const Rule *rule; /* 0: no formula was compiled in */
    int gated;
    int captures; /* numbers among its operands are captured */
    int total; /* defined everywhere, so that a recording has nothing to note of it */
    double constants[MOST_OPERANDS];
    PyObject *op; /* the record, kept alive */
} Form;

enum { NO_GRAD = 0, NUMBER = 1, GRAPH = 2 };

typedef struct {
    PyObject_HEAD
    double data;
    union { double number; PyObject *value; } grad;
    PyObject *hooks, *op, *first, *second; /* NULL for None */
    PyObject *label, *scope;
    long long version;
    PyObject *weak;
    const Form *form;   /* of op; 0 until it is asked for */
    uint32_t mark;      /* the sweep that met it last */
    uint32_t place : 30; /* its place in the order of that sweep */
    uint32_t state : 2; /* of grad */
} Node;

static PyTypeObject NodeType;
static PyTypeObject *value_type, *traced_type, *constant_type, *varied_type, *parameter_type, *untracked_type;

static inline int
is_node(PyObject *o)
{
    PyTypeObject *kind = Py_TYPE(o);
    return kind == value_type || kind == constant_type || kind == traced_type || PyType_IsSubtype(kind, &NodeType);
}

static void
become(PyObject *node, PyTypeObject *kind)
{
    PyTypeObject *old = Py_TYPE(node);
    Py_INCREF(kind);
    Py_SET_TYPE(node, kind);
    Py_DECREF(old);
}

/* The collector need not visit a node that cannot lie on a cycle. It can, if one of its operands can, if it has hooks,
   if its gradient is a graph, or if its class has attributes of its own. */

static int
may_be_on_a_cycle(PyObject *o)
{
    return o && PyObject_GC_IsTracked(o);
}

static void
track(PyObject *o)
{
    if (!PyObject_GC_IsTracked(o)) PyObject_GC_Track(o);
}

static int
node_traverse(Node *self, visitproc visit, void *arg)
{
    Py_VISIT(self->hooks);
    Py_VISIT(self->op);
    Py_VISIT(self->first);
    Py_VISIT(self->second);
    if (self->state == GRAPH) Py_VISIT(self->grad.value);
    return 0;
}

static Py_ssize_t graph_gradients; /* how many nodes hold a gradient that is a graph */

static void
forget_grad(Node *self)
{
    PyObject *value = self->state == GRAPH ? self->grad.value : NULL;
    self->state = NO_GRAD;
    if (value) graph_gradients--;
    Py_XDECREF(value);
}

static int
node_clear(Node *self)
{
    Py_CLEAR(self->hooks);
    Py_CLEAR(self->first);
    Py_CLEAR(self->second);
    forget_grad(self);
    return 0;
}

/* A node that nothing refers to waits in line, linked by its slot for weak references, and whoever came first frees them
   all: so a chain of any length is freed without recursion. */
static Node *line;
static int freeing;

/* Python gives memory back to the system by the megabyte, as soon as nothing in it is used, and the system is slow in
   giving it again: so of each megabyte of a big graph one node is kept, of the first sixteen. */
#define IN_A_MEGABYTE (1024 * 1024 / (sizeof(Node) + 2 * sizeof(void *)))
#define MOST_KEPT 16
static Node *kept_nodes[MOST_KEPT];
static size_t kept_count;

static void
node_dealloc(Node *self)
{
    PyTypeObject *kind = Py_TYPE(self);
    if (kind->tp_finalize && PyObject_CallFinalizerFromDealloc((PyObject *)self) < 0) return; /* it lives again */
    PyObject_GC_UnTrack(self);
    if (self->weak) PyObject_ClearWeakRefs((PyObject *)self);
    self->weak = (PyObject *)line;
    line = self;
    if (freeing) return;
    freeing = 1;
    size_t freed = 0;
    while (line) {
        self = line;
        line = (Node *)self->weak;
        kind = Py_TYPE(self);
        node_clear(self);
        Py_CLEAR(self->op);
        Py_CLEAR(self->label);
        Py_CLEAR(self->scope);
        if (++freed % IN_A_MEGABYTE == 0 && kept_count < MOST_KEPT) kept_nodes[kept_count++] = self;
        else kind->tp_free((PyObject *)self);
        if (kind->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_DECREF(kind);
    }
    freeing = 0;
}

/* --- the slots, as Python sees them ----------------------------------------------------------------------- */

static PyObject *
get_or_none(PyObject *held)
{
    return Py_NewRef(held ? held : Py_None);
}

static void
set_unless_none(PyObject **slot, PyObject *given)
{
    PyObject *old = *slot;
    *slot = given == Py_None ? NULL : Py_XNewRef(given);
    Py_XDECREF(old);
}

#define SLOT(name, then)                                                                                             \
    static PyObject *get_##name(Node *self, void *Py_UNUSED(closure)) { return get_or_none(self->name); }            \
    static int set_##name(Node *self, PyObject *given, void *Py_UNUSED(closure))                                     \
    {                                                                                                                \
        set_unless_none(&self->name, given);                                                                         \
        then;                                                                                                        \
        return 0;                                                                                                    \
    }

SLOT(hooks, if (self->hooks) track((PyObject *)self))
SLOT(op, self->form = NULL)
SLOT(first, if (may_be_on_a_cycle(given)) track((PyObject *)self))
SLOT(second, if (may_be_on_a_cycle(given)) track((PyObject *)self))

static PyObject *
get_grad(Node *self, void *Py_UNUSED(closure))
{
    switch (self->state) {
    case NUMBER: return PyFloat_FromDouble(self->grad.number);
    case GRAPH: return Py_NewRef(self->grad.value);
    default: Py_RETURN_NONE;
    }
}

/* A gradient that is a graph refers to the leaf it belongs to: all of it is shown to the collector. */
static int
track_all_below(PyObject *root)
{
    PyObject *waiting = PyList_New(0);
    int failed = !waiting || PyList_Append(waiting, root);
    while (!failed && PyList_GET_SIZE(waiting)) {
        Py_ssize_t last = PyList_GET_SIZE(waiting) - 1;
        PyObject *found = Py_NewRef(PyList_GET_ITEM(waiting, last));
        failed = PyList_SetSlice(waiting, last, last + 1, NULL);
        if (PyTuple_Check(found)) {
            track(found);
            for (Py_ssize_t i = 0; !failed && i < PyTuple_GET_SIZE(found); i++)
                failed = PyList_Append(waiting, PyTuple_GET_ITEM(found, i));
        }
        else if (is_node(found)) {
            Node *node = (Node *)found;
            int known = node->mark == UINT32_MAX;
            node->mark = UINT32_MAX;
            track(found);
            if (!known && node->first) failed = failed || PyList_Append(waiting, node->first);
            if (!known && node->second) failed = failed || PyList_Append(waiting, node->second);
        }
        Py_DECREF(found);
    }
    Py_XDECREF(waiting);
    return failed ? -1 : 0;
}

/* track(node): show it and all below it to the collector. */
static PyObject *
track_graph(PyObject *Py_UNUSED(module), PyObject *node)
{
    if (track_all_below(node)) return NULL;
    Py_RETURN_NONE;
}

static int
set_grad(Node *self, PyObject *given, void *Py_UNUSED(closure))
{
    if (!given || given == Py_None) forget_grad(self);
    else if (PyFloat_Check(given)) {
        forget_grad(self);
        self->grad.number = PyFloat_AS_DOUBLE(given);
        self->state = NUMBER;
    }
    else {
        if (track_all_below(given)) return -1;
        track((PyObject *)self);
        Py_INCREF(given);
        forget_grad(self);
        self->grad.value = given;
        self->state = GRAPH;
        graph_gradients++;
    }
    return 0;
}

static PyMemberDef node_members[] = {
    {"_data", T_DOUBLE, offsetof(Node, data), 0, NULL},
    {"_version", T_LONGLONG, offsetof(Node, version), 0, NULL},
    {"_label", T_OBJECT_EX, offsetof(Node, label), 0, NULL},
    {"scope", T_OBJECT_EX, offsetof(Node, scope), 0, "The part of the computation it belongs to, such as "
                                                     "``\"layer 1/neuron 2\"``."},
    {0},
};

static PyGetSetDef node_getset[] = {
    {"_grad", (getter)get_grad, (setter)set_grad, NULL, NULL},
    {"_hooks", (getter)get_hooks, (setter)set_hooks, NULL, NULL},
    {"_first", (getter)get_first, (setter)set_first, NULL, NULL},
    {"_second", (getter)get_second, (setter)set_second, NULL, NULL},
    {"op", (getter)get_op, (setter)set_op, "The operation that made this value; None on a leaf.", NULL},
    {0},
};

static PyTypeObject NodeType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "autograd._engine.Node",
    .tp_doc = "The state of a Value, in C.",
    .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = (destructor)node_dealloc,
    .tp_traverse = (traverseproc)node_traverse,
    .tp_clear = (inquiry)node_clear,
    .tp_members = node_members,
    .tp_getset = node_getset,
    .tp_weaklistoffset = offsetof(Node, weak),
};

/* --- what Python tells once, by set_up() and set_types() --------------------------------------------------- */

static PyObject *in_force, *clock_object, *lock; /* in_force: the context variable of context.py */
static PyObject *form_of; /* form_of(op) -> (row, gated, captures, constants) or None */
static PyTypeObject *tracing_type, *scope_type; /* the settings that are entered often */
static PyObject *ieee_setting, *where_record, *maximum_record, *zero; /* what the sweep on Values uses */
static PyObject *recording; /* the context variable of the recorder */
static PyObject *handed;   /* the variables of recordings in progress, a dict */
static Py_ssize_t now_slot, plain_slot, grad_slot, watched_slot, traced_slot, sealed_slot, scope_slot, name_slot;
/* of a Clock, a Context, a scope */
#define held_at(o, slot) (*(PyObject **)((char *)(o) + (slot)))
static PyObject *forms;    /* the Form of each record, in a capsule */
static PyObject *empty_text, *acquire, *release, *learns, *partials, *change; /* names, made once */

/* The settings in force: the context changes seldom, so what is read of it is kept. */
static struct { PyObject *context, *scope; int plain, grad, watched, traced, sealed; } now_in_force;

static void
read_context(PyObject *context)
{
    now_in_force.plain = held_at(context, plain_slot) == Py_True;
    now_in_force.grad = held_at(context, grad_slot) == Py_True;
    now_in_force.watched = held_at(context, watched_slot) == Py_True;
    now_in_force.traced = held_at(context, traced_slot) == Py_True;
    now_in_force.sealed = held_at(context, sealed_slot) == Py_True;
    Py_XSETREF(now_in_force.scope, Py_NewRef(held_at(context, scope_slot)));
    Py_XSETREF(now_in_force.context, Py_NewRef(context));
}

/* Whether an operation has nothing to do but compute, link if gradients are wanted, and ask whether it was in its
   domain if that is watched; -1 on an error. */
static int
plain_surroundings(void)
{
    PyObject *entry;
    if (PyContextVar_Get(in_force, NULL, &entry)) return -1;
    PyObject *context = PyTuple_GET_ITEM(entry, 0);
    if (context != now_in_force.context) read_context(context);
    Py_DECREF(entry);
    return now_in_force.plain;
}

/* The context inside a setting: setting.change(outside), which is the same for the same two, so that it is kept. */

#define KEPT 256
static struct { PyObject *outside, *name, *inside; } kept[KEPT];

static PyObject * /* borrowed */
context_inside(PyObject *setting, PyObject *outside)
{
    PyObject *name = Py_IS_TYPE(setting, scope_type) ? held_at(setting, name_slot) : (PyObject *)Py_TYPE(setting);
    if (!name) return NULL;
    size_t place = (((uintptr_t)outside >> 4) ^ ((uintptr_t)name >> 4) * 31) % KEPT;
    if (kept[place].outside != outside || kept[place].name != name) {
        PyObject *inside = PyObject_CallMethodOneArg(setting, change, outside);
        if (!inside) return NULL;
        Py_XSETREF(kept[place].outside, Py_NewRef(outside));
        Py_XSETREF(kept[place].name, Py_NewRef(name));
        Py_XSETREF(kept[place].inside, inside);
    }
    return kept[place].inside;
}

static int
put_in_force(PyObject *entry)
{
    PyObject *token = entry ? PyContextVar_Set(in_force, entry) : NULL;
    Py_XDECREF(token);
    return token ? 0 : -1;
}

/* Put setting in force; what is in force outside of it, or NULL. */
static PyObject *
put_on(PyObject *setting)
{
    PyObject *outside = NULL, *inside, *entry = NULL;
    if (PyContextVar_Get(in_force, NULL, &outside)) return NULL;
    inside = context_inside(setting, PyTuple_GET_ITEM(outside, 0));
    if (inside) entry = PyTuple_Pack(3, inside, setting, outside);
    if (put_in_force(entry)) Py_CLEAR(outside);
    Py_XDECREF(entry);
    return outside;
}

/* setting.__enter__(). */
static PyObject *
entered(PyObject *setting)
{
    if (!Py_IS_TYPE(setting, scope_type) && !Py_IS_TYPE(setting, tracing_type)) return NULL;
    PyObject *outside = put_on(setting);
    Py_XDECREF(outside);
    return outside ? Py_NewRef(setting) : NULL;
}

/* setting.__exit__(...), of the setting that was entered last. */
static PyObject *
left(PyObject *setting)
{
    PyObject *entry;
    if (PyContextVar_Get(in_force, NULL, &entry)) return NULL;
    int done = PyTuple_GET_ITEM(entry, 1) == setting && !put_in_force(PyTuple_GET_ITEM(entry, 2));
    Py_DECREF(entry);
    return done ? Py_NewRef(Py_None) : NULL;
}

static long long
clock_now(void)
{
    return PyLong_AsLongLong(held_at(clock_object, now_slot));
}

/* --- making nodes: make_node() of value.py ---------------------------------------------------------------- */

static Node *
new_node(PyTypeObject *kind, double data, long long version)
{
    Node *node = PyObject_GC_New(Node, kind); /* not shown to the collector */
    if (!node) return NULL;
    memset((char *)node + sizeof(PyObject), 0, sizeof(Node) - sizeof(PyObject));
    node->data = data;
    node->version = version;
    node->label = Py_NewRef(empty_text);
    node->scope = Py_NewRef(now_in_force.scope);
    return node;
}

static void
free_form(PyObject *capsule)
{
    Form *form = PyCapsule_GetPointer(capsule, NULL);
    Py_XDECREF(form->op);
    PyMem_Free(form);
}

/* The form of a record of the table, found once; NULL without an error if it is no record of ours. */
static const Form *
find_form(PyObject *op)
{
    PyObject *known = PyDict_GetItemWithError(forms, op);
    if (known) return PyCapsule_GetPointer(known, NULL);
    if (PyErr_Occurred() || PyDict_GET_SIZE(forms) > 4096) return NULL;
    PyObject *told = PyObject_CallOneArg(form_of, op);
    if (!told) return NULL;
    Form *form = NULL;
    if (told != Py_None) {
        int row, gated, captures;
        PyObject *constants;
        if (!PyArg_ParseTuple(told, "ippO!", &row, &gated, &captures, &PyTuple_Type, &constants)) goto done;
        form = PyMem_Calloc(1, sizeof(Form));
        if (!form) { PyErr_NoMemory(); goto done; }
        form->rule = row < 0 ? NULL : &RULES[row];
        form->gated = gated;
        form->captures = captures;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(constants) && i < MOST_OPERANDS; i++)
            form->constants[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(constants, i));
        form->op = Py_NewRef(op);
        PyObject *capsule = PyCapsule_New(form, NULL, free_form);
        if (!capsule || PyDict_SetItem(forms, op, capsule)) form = NULL;
        Py_XDECREF(capsule);
    }
done:
    Py_DECREF(told);
    return form;
}

/* numbers_of(nodes) of sweep.py: the data of each. */
static PyObject *
numbers_of(PyObject *Py_UNUSED(module), PyObject *nodes)
{
    if (!PyTuple_CheckExact(nodes)) return PyErr_BadArgument(), NULL;
    PyObject *found = PyList_New(PyTuple_GET_SIZE(nodes));
    for (Py_ssize_t i = 0; found && i < PyTuple_GET_SIZE(nodes); i++) {
        PyObject *node = PyTuple_GET_ITEM(nodes, i);
        PyObject *number = is_node(node) ? PyFloat_FromDouble(((Node *)node)->data) : (PyErr_BadArgument(), NULL);
        if (!number) Py_CLEAR(found);
        else PyList_SET_ITEM(found, i, number);
    }
    return found;
}

/* defined_everywhere(op): told of an operation that refuses no input. */
static PyObject *
defined_everywhere(PyObject *Py_UNUSED(module), PyObject *op)
{
    Form *form = (Form *)find_form(op);
    if (form) form->total = 1;
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* The node of form on its operands, as many as its rule has. */
static PyObject *
made_of(const Form *form, Node *const *operands)
{
    const Rule *rule = form->rule;
    if (now_in_force.watched && !form->total) return NULL;
    if (!now_in_force.grad && PyDict_GET_SIZE(handed)) return NULL; /* one that is being recorded may be among them */
    long long version = clock_now();
    double numbers[MOST_NUMBERS], data;
    int count = 0, traced = now_in_force.traced, tracked = 0;
    for (; count < rule->operands; count++) {
        numbers[count] = operands[count]->data;
        traced |= Py_IS_TYPE(operands[count], traced_type);
        tracked |= may_be_on_a_cycle((PyObject *)operands[count]);
    }
    for (int i = 0; i < rule->constants; i++) numbers[count++] = form->constants[i];
    if (rule->value(numbers, &data) || !isfinite(data)) return NULL;
    if (!now_in_force.grad) return (PyObject *)new_node(untracked_type, data, version);
    Node *node = new_node(traced ? traced_type : value_type, data, version);
    if (!node) return NULL;
    node->op = Py_NewRef(form->op);
    node->form = form;
    node->first = Py_NewRef((PyObject *)operands[0]);
    if (rule->operands == 2) node->second = Py_NewRef((PyObject *)operands[1]);
    else if (rule->operands > 2) {
        node->second = PyTuple_New(rule->operands - 1);
        for (int i = 1; node->second && i < rule->operands; i++)
            PyTuple_SET_ITEM(node->second, i - 1, Py_NewRef((PyObject *)operands[i]));
        if (!node->second) Py_CLEAR(node);
        else if (!tracked) PyObject_GC_UnTrack(node->second);
    }
    if (node && tracked) PyObject_GC_Track(node);
    return (PyObject *)node;
}

static PyObject *
made(const Form *form, Node *first, Node *second)
{
    Node *operands[2] = {first, second};
    return made_of(form, operands);
}

/* Whether a number can be taken as it is: a finite float, or an int that a float holds. */
static int
plain_number(PyObject *given, double *number)
{
    if (PyFloat_CheckExact(given)) *number = PyFloat_AS_DOUBLE(given);
    else if (PyLong_CheckExact(given) || PyBool_Check(given)) {
        int overflow;
        long long whole = PyLong_AsLongLongAndOverflow(given, &overflow);
        if (overflow || whole > (1LL << 53) || whole < -(1LL << 53)) return 0;
        *number = (double)whole;
    }
    else return 0;
    return isfinite(*number);
}

/* The operand that given is: a Value itself, a number as a Constant; NULL if it is neither. */
static Node *
operand(PyObject *given)
{
    double number;
    if (is_node(given)) return (Node *)Py_NewRef(given);
    return plain_number(given, &number) ? new_node(constant_type, number, clock_now()) : NULL;
}

/* --- operands and local gradients ------------------------------------------------------------------------- */

static inline Py_ssize_t
operands_of(Node *node)
{
    if (!node->second) return node->first != NULL;
    return PyTuple_CheckExact(node->second) ? 1 + PyTuple_GET_SIZE(node->second) : 2;
}

static inline Node *
operand_at(Node *node, Py_ssize_t i)
{
    if (i == 0) return (Node *)node->first;
    if (PyTuple_CheckExact(node->second)) return (Node *)PyTuple_GET_ITEM(node->second, i - 1);
    return (Node *)node->second;
}

/* Whether the local gradients of a node of form are a formula that was compiled in. */
static inline int
has_partials(const Form *form, Py_ssize_t operands)
{
    return form && form->rule && form->rule->partials && form->rule->operands == operands;
}

/* The local gradients of a node by that formula. 0: they leave the floats, and Python is to say how. */
static inline int
formula_partials(const Form *form, Node *node, double *locals)
{
    double numbers[MOST_NUMBERS + 1];
    int n = 0;
    for (; n < form->rule->operands; n++) numbers[n] = operand_at(node, n)->data;
    for (int i = 0; i < form->rule->constants; i++) numbers[n++] = form->constants[i];
    numbers[n] = node->data;
    return !form->rule->partials(numbers, locals);
}

/* node.partials(), of a node that is not stale. */
static PyObject *
partials_of(Node *node)
{
    Py_ssize_t operands = operands_of(node);
    const Form *form = node->form ? node->form : node->op ? find_form(node->op) : NULL;
    double locals[MOST_OPERANDS];
    if (now_in_force.traced || PyDict_GET_SIZE(handed) || !has_partials(form, operands)) return NULL;
    for (Py_ssize_t i = 0; i < operands; i++)
        if (operand_at(node, i)->version > node->version) return NULL;
    if (!formula_partials(form, node, locals)) return NULL;
    PyObject *found = PyTuple_New(operands);
    for (Py_ssize_t i = 0; found && i < operands; i++) {
        PyObject *local = PyFloat_FromDouble(locals[i]);
        if (!local) Py_CLEAR(found);
        else PyTuple_SET_ITEM(found, i, local);
    }
    return found;
}

/* --- makers: the functions that stand in the class and in the table's appliers ---------------------------- */

enum { UNARY, BINARY, REFLECTED, POWER, LEAF, CALL, EACH, FORWARD, WEIGHTED_SUM, LABEL, DATA, GRAD, SET, PARTIALS, ENTER,
       EXIT };

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    int kind;
    const Form *form, *then; /* of its record, or its records */
    PyObject *otherwise; /* the same in Python */
    PyObject *powers;    /* by exponent, the record that captured it */
} Maker;

static PyObject *
power_of_number(Maker *self, Node *base, PyObject *given)
{
    double exponent;
    if (!plain_number(given, &exponent) || exponent == 0.0) return NULL;
    PyObject *key = PyFloat_FromDouble(exponent);
    PyObject *op = key ? PyDict_GetItemWithError(self->powers, key) : NULL;
    PyObject *result = NULL;
    if (op) {
        const Form *form = find_form(op);
        if (form && form->rule) result = made(form, base, NULL);
    }
    else if (key && !PyErr_Occurred() && PyDict_GET_SIZE(self->powers) < 256) {
        PyObject *arguments[2] = {(PyObject *)base, given};
        result = PyObject_Vectorcall(self->otherwise, arguments, 2, NULL);
        if (result && is_node(result) && ((Node *)result)->op)
            if (PyDict_SetItem(self->powers, key, ((Node *)result)->op)) Py_CLEAR(result);
    }
    Py_XDECREF(key);
    return result;
}

/* Whether o is what a program mostly has to do with; a class of a user may interpret records in its own way. */
static int
is_common(PyObject *o)
{
    return Py_IS_TYPE(o, value_type) || Py_IS_TYPE(o, traced_type) || Py_IS_TYPE(o, constant_type)
        || Py_IS_TYPE(o, untracked_type);
}

/* The form of op, if it has count operands and no constants. */
static const Form *
form_of_record(PyObject *op, Py_ssize_t count)
{
    PyObject *known = 0 < count && count <= MOST_OPERANDS ? PyDict_GetItemWithError(forms, op) : NULL;
    const Form *form = known ? PyCapsule_GetPointer(known, NULL) : NULL;
    return form && form->rule && form->rule->operands == count && !form->rule->constants ? form : NULL;
}

/* A record of the table on plain floats; or on Values, and floats that become constants. */
static PyObject *
applied(const Form *form, PyObject *const *given, Py_ssize_t count)
{
    double numbers[MOST_NUMBERS], value;
    Node *operands[MOST_OPERANDS];
    Py_ssize_t floats = 0, ready = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyFloat_CheckExact(given[i])) numbers[floats++] = PyFloat_AS_DOUBLE(given[i]);
        else if (!is_common(given[i])) return NULL;
    }
    if (floats == count)
        return form->rule->value(numbers, &value) || !isfinite(value) ? NULL : PyFloat_FromDouble(value);
    if (floats && form->captures) return NULL;
    while (ready < count && (operands[ready] = operand(given[ready]))) ready++;
    PyObject *node = ready == count ? made_of(form, operands) : NULL;
    while (ready) Py_DECREF(operands[--ready]);
    return node;
}

/* op(x), op(x, y), op(x, y, z): a record of the table called on plain floats, or on Values and floats. */
static PyObject *
call_of_record(PyObject *const *given, Py_ssize_t count)
{
    const Form *form = count > 1 ? form_of_record(given[0], count - 1) : NULL;
    return form ? applied(form, given + 1, count - 1) : NULL;
}

/* op.each(xs), op.each(xs, ys): the same of each row of one or two lists of one length. */
static PyObject *
each_of_record(PyObject *const *given, Py_ssize_t count)
{
    const Form *form = count == 2 || count == 3 ? form_of_record(given[0], count - 1) : NULL;
    if (!form || !PyList_CheckExact(given[1]) || !PyList_CheckExact(given[count - 1])) return NULL;
    Py_ssize_t rows = PyList_GET_SIZE(given[1]);
    if (PyList_GET_SIZE(given[count - 1]) != rows) return NULL;
    PyObject *results = PyList_New(rows);
    for (Py_ssize_t i = 0; results && i < rows; i++) {
        PyObject *operands[2] = {PyList_GET_ITEM(given[1], i), PyList_GET_ITEM(given[count - 1], i)};
        PyObject *result = applied(form, operands, count - 1);
        if (!result) Py_CLEAR(results);
        else PyList_SET_ITEM(results, i, result);
    }
    return results;
}

/* Whether o has the operators of a Value: its class is ours. */
static int
has_our_operators(PyObject *o)
{
    return is_common(o) || Py_IS_TYPE(o, parameter_type) || Py_IS_TYPE(o, varied_type);
}

/* weighted_sum(weights, inputs, bias): a product and a sum for each pair, then the bias. */
static PyObject *
weighted_sum(Maker *self, PyObject *const *given, Py_ssize_t count)
{
    if (count < 2 || !PyList_Check(given[0]) || !PyList_CheckExact(given[1])) return NULL;
    Py_ssize_t terms = PyList_GET_SIZE(given[0]);
    if (!terms || PyList_GET_SIZE(given[1]) != terms) return NULL;
    PyObject *total = NULL, *bias = count > 2 && given[2] != Py_None ? given[2] : NULL;
    for (Py_ssize_t i = 0; i < terms + (bias != NULL); i++) {
        PyObject *term = i < terms ? PyList_GET_ITEM(given[0], i) : bias, *before = total;
        PyObject *input = i < terms ? PyList_GET_ITEM(given[1], i) : term;
        if (!has_our_operators(term) || !has_our_operators(input)) { Py_XDECREF(total); return NULL; }
        term = i < terms ? made(self->form, (Node *)term, (Node *)input) : Py_NewRef(term);
        total = !before ? term : !term ? NULL : made(self->then, (Node *)before, (Node *)term);
        if (before) { Py_DECREF(before); Py_XDECREF(term); }
        if (!total) return NULL;
    }
    return total;
}

static PyObject *
straight(Maker *self, PyObject *const *given, Py_ssize_t count)
{
    if (self->kind == CALL) return call_of_record(given, count);
    if (self->kind == EACH) return each_of_record(given, count);
    if (self->kind == WEIGHTED_SUM) return weighted_sum(self, given, count);
    if (self->kind == PARTIALS) return count == 1 && is_node(given[0]) ? partials_of((Node *)given[0]) : NULL;
    if (self->kind == UNARY)
        return count == 1 && is_node(given[0]) ? made(self->form, (Node *)given[0], NULL) : NULL;
    if (count != 2 || !is_node(given[0])) return NULL;
    if (self->kind == POWER && !is_node(given[1])) return power_of_number(self, (Node *)given[0], given[1]);
    if (self->kind == REFLECTED && is_node(given[1])) return NULL; /* asked by name: the left operand would know */
    Node *other = operand(given[1]), *own = (Node *)given[0];
    if (!other) return NULL;
    PyObject *node = self->kind == REFLECTED ? made(self->form, other, own) : made(self->form, own, other);
    Py_DECREF(other);
    return node;
}

static long long
tick(void)
{
    PyObject *held = PyObject_CallMethodNoArgs(lock, acquire);
    if (!held) return -1;
    Py_DECREF(held);
    long long now = clock_now() + 1;
    PyObject *number = PyLong_FromLongLong(now);
    if (number) Py_SETREF(held_at(clock_object, now_slot), number);
    PyObject *released = PyObject_CallMethodNoArgs(lock, release);
    Py_XDECREF(released);
    return number && released ? now : -1;
}

/* Whether no recording is under way, of which a number that is taken out, or set, would have to be told; -1 on an error. */
static int
unrecorded(void)
{
    PyObject *by;
    if (PyDict_GET_SIZE(handed)) return 0;
    if (PyContextVar_Get(recording, NULL, &by)) return -1;
    Py_DECREF(by);
    return by == Py_None;
}

/* value.data, value.grad; and value.data = number, of a leaf. */
static PyObject *
its_number(Maker *self, PyObject *const *given, Py_ssize_t count)
{
    if (count != 1 + (self->kind == SET) || !is_node(given[0]) || unrecorded() <= 0) return NULL;
    Node *node = (Node *)given[0];
    if (self->kind == GRAD) return node->state == NO_GRAD ? Py_NewRef(zero) : get_grad(node, NULL);
    if (self->kind == DATA) return plain_surroundings() < 0 || now_in_force.sealed ? NULL : PyFloat_FromDouble(node->data);
    double number;
    if (node->op || !plain_number(given[1], &number)) return NULL;
    node->data = number; /* first, as in Python */
    long long now = tick();
    if (now < 0) return NULL;
    node->version = now;
    return Py_NewRef(Py_None);
}

/* Value(data) and Value(data, label), of which the rest is Value.__init__'s. */
static int
straight_leaf(PyObject *const *given, Py_ssize_t count)
{
    double number;
    if (count < 2 || count > 3 || !is_node(given[0]) || !plain_number(given[1], &number)) return 0;
    if (count == 3 && !PyUnicode_CheckExact(given[2])) return 0;
    PyTypeObject *kind = Py_TYPE(given[0]);
    Node *self = (Node *)given[0];
    if ((now_in_force.traced && kind != constant_type && kind != traced_type) || self->label) return 0;
    self->data = number;
    self->version = clock_now();
    self->label = Py_NewRef(count == 3 ? given[2] : empty_text);
    self->scope = Py_NewRef(now_in_force.scope);
    if (kind->tp_basicsize == sizeof(Node) && !kind->tp_dictoffset) PyObject_GC_UnTrack(self);
    return 1;
}

static PyObject *
maker_call(Maker *self, PyObject *const *given, size_t flagged, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(flagged);
    if (value_type && (!names || !PyTuple_GET_SIZE(names))) {
        PyObject *done = NULL;
        if (self->kind == ENTER) done = count == 1 ? entered(given[0]) : NULL;
        else if (self->kind == EXIT) done = count == 4 ? left(given[0]) : NULL;
        else if (self->kind == FORWARD) {
            if (count == self->form->rule->operands) done = applied(self->form, given, count);
        }
        else if (self->kind == LABEL) {
            if (count == 2 && is_node(given[0]) && PyUnicode_CheckExact(given[1])) {
                Py_XSETREF(((Node *)given[0])->label, Py_NewRef(given[1]));
                done = Py_NewRef(Py_None);
            }
        }
        else if (self->kind == DATA || self->kind == GRAD || self->kind == SET) done = its_number(self, given, count);
        else if (self->kind == LEAF) {
            if (plain_surroundings() >= 0 && straight_leaf(given, count)) done = Py_NewRef(Py_None);
        }
        else if (plain_surroundings() > 0) done = straight(self, given, count);
        if (done) return done;
        if (PyErr_Occurred()) return NULL;
    }
    return PyObject_Vectorcall(self->otherwise, given, flagged, names);
}

static PyObject *
maker_bound(PyObject *self, PyObject *instance, PyObject *Py_UNUSED(owner))
{
    return !instance || instance == Py_None ? Py_NewRef(self) : PyMethod_New(self, instance);
}

/* A pickle holds its name, as that of a function, under which it stands; a copy is itself. */
static PyObject *
maker_reduce(Maker *self, PyObject *Py_UNUSED(none))
{
    return PyObject_GetAttrString(self->otherwise, "__qualname__");
}

static PyMethodDef maker_methods[] = {
    {"__reduce__", (PyCFunction)maker_reduce, METH_NOARGS, NULL},
    {NULL},
};

/* Its name, documentation, signature are those of the function in Python. */
static PyObject *
maker_attribute(Maker *self, PyObject *name)
{
    if (PyUnicode_CompareWithASCIIString(name, "__wrapped__") == 0) return Py_NewRef(self->otherwise);
    if (PyUnicode_CompareWithASCIIString(name, "__class__") == 0 ||
        PyUnicode_CompareWithASCIIString(name, "__reduce_ex__") == 0 ||
        PyUnicode_CompareWithASCIIString(name, "__reduce__") == 0) return PyObject_GenericGetAttr((PyObject *)self, name);
    return PyObject_GetAttr(self->otherwise, name);
}

static int
maker_set_attribute(Maker *self, PyObject *name, PyObject *given)
{
    return PyObject_SetAttr(self->otherwise, name, given);
}

static PyObject *
maker_repr(Maker *self)
{
    return PyObject_Repr(self->otherwise);
}

static int
maker_traverse(Maker *self, visitproc visit, void *arg)
{
    Py_VISIT(self->otherwise);
    Py_VISIT(self->powers);
    return 0;
}

static int
maker_clear(Maker *self)
{
    Py_CLEAR(self->otherwise);
    Py_CLEAR(self->powers);
    return 0;
}

static void
maker_dealloc(Maker *self)
{
    PyObject_GC_UnTrack(self);
    maker_clear(self);
    PyObject_GC_Del(self);
}

static PyTypeObject MakerType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "autograd._engine.Maker",
    .tp_basicsize = sizeof(Maker),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_vectorcall_offset = offsetof(Maker, call),
    .tp_call = PyVectorcall_Call,
    .tp_descr_get = maker_bound,
    .tp_getattro = (getattrofunc)maker_attribute,
    .tp_setattro = (setattrofunc)maker_set_attribute,
    .tp_methods = maker_methods,
    .tp_repr = (reprfunc)maker_repr,
    .tp_traverse = (traverseproc)maker_traverse,
    .tp_clear = (inquiry)maker_clear,
    .tp_dealloc = (destructor)maker_dealloc,
};

/* maker(kind, otherwise, op, then): otherwise itself, where no formula was compiled in. */
static PyObject *
maker(PyObject *Py_UNUSED(module), PyObject *args)
{
    int kind;
    PyObject *otherwise, *ops[2] = {NULL, NULL};
    if (!PyArg_ParseTuple(args, "iO|OO", &kind, &otherwise, &ops[0], &ops[1])) return NULL;
    const Form *of[2] = {NULL, NULL};
    for (int i = 0; i < 2 && ops[i]; i++) {
        of[i] = find_form(ops[i]);
        if (PyErr_Occurred()) return NULL;
        if (!of[i] || !of[i]->rule) return Py_NewRef(otherwise);
    }
    Maker *self = PyObject_GC_New(Maker, &MakerType);
    if (!self) return NULL;
    self->call = (vectorcallfunc)maker_call;
    self->kind = kind;
    self->form = of[0];
    self->then = of[1];
    self->otherwise = Py_NewRef(otherwise);
    self->powers = kind == POWER ? PyDict_New() : NULL;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

/* --- topological order and the reverse sweep: sweep.py ----------------------------------------------------- */

typedef struct {
    Node **nodes;      /* operands before results */
    Py_ssize_t count, room;
    uint32_t *edges;   /* the places of the operands, node after node */
    Py_ssize_t ends, ends_room;
    double *adjoint;
    char *reached;
} Sweep;

/* A node on the stack; or one that waits there for its operands to be finished: its address, which is even, and 1. */
#define PUSH(node, waits) do { if (height == room && grow((void **)&stack, &room, sizeof(uintptr_t))) goto failed; \
                               stack[height++] = (uintptr_t)(node) | (waits); } while (0)

static uint32_t last_mark;

static uint32_t /* 0 after four billion sweeps: a mark would be met again on an old node, so Python does the work */
next_mark(void)
{
    return last_mark < UINT32_MAX - 1 ? ++last_mark : 0;
}

static void
free_sweep(Sweep *sweep)
{
    PyMem_Free(sweep->nodes);
    PyMem_Free(sweep->edges);
    PyMem_Free(sweep->adjoint);
    PyMem_Free(sweep->reached);
}

static int
grow(void **array, Py_ssize_t *room, size_t size)
{
    Py_ssize_t more = *room ? 2 * *room : 64;
    void *grown = PyMem_Realloc(*array, more * size);
    if (!grown) { PyErr_NoMemory(); return -1; }
    *array = grown;
    *room = more;
    return 0;
}

/* Fill in the order of topological_order(root), and the edges. 1: done; 0: not a straight graph; -1: an error.

   A graph is straight if no node has hooks, all operations are the table's, no operand is newer than its result, and no
   node is older than since. Under a transform the variables come first; what it traced becomes an ordinary Value. */
static int
set_order(Sweep *sweep, Node *root, PyObject *variables, long long since)
{
    uintptr_t *stack = NULL;
    Py_ssize_t height = 0, room = 0;
    int straight = 1;
    uint32_t mark = next_mark();
    if (!mark) return 0;

#define FINISH(node) do { \
        if (sweep->count == sweep->room && grow((void **)&sweep->nodes, &sweep->room, sizeof(Node *))) goto failed; \
        if (sweep->count >= (1 << 30) - 1) { straight = 0; goto done; } \
        (node)->place = (uint32_t)sweep->count; \
        sweep->nodes[sweep->count++] = (node); } while (0)

    for (Py_ssize_t i = 0; variables && i < PyList_GET_SIZE(variables); i++) {
        Node *variable = (Node *)PyList_GET_ITEM(variables, i);
        if (variable->hooks) { straight = 0; goto done; }
        variable->mark = mark;
        FINISH(variable);
    }
    PUSH(root, 0);
    while (height) {
        int waits = stack[--height] & 1;
        Node *node = (Node *)(stack[height] - waits);
        if (waits) {
            for (Py_ssize_t i = 0, count = operands_of(node); i < count; i++) {
                Node *parent = operand_at(node, i);
                if (parent->version > node->version) { straight = 0; goto done; }
                if (sweep->ends == sweep->ends_room && grow((void **)&sweep->edges, &sweep->ends_room, sizeof(uint32_t)))
                    goto failed;
                sweep->edges[sweep->ends++] = parent->place;
            }
            FINISH(node);
            continue;
        }
        if (node->mark == mark) continue;
        if (Py_TYPE(node) == traced_type && variables && node->version >= since) become((PyObject *)node, value_type);
        node->mark = mark;
        if (node->hooks) { /* the collector now sees all that the pass sees */
            straight = track_all_below((PyObject *)root) ? -1 : 0;
            goto done;
        }
        if (variables && node->version < since) { straight = 0; goto done; }
        if (!node->first != !node->op) { straight = 0; goto done; }
        if (!node->first) { FINISH(node); continue; }
        if (!node->form) {
            node->form = find_form(node->op);
            if (PyErr_Occurred()) goto failed;
            if (!node->form || last_mark != mark) { /* Python ran, and another thread may have swept meanwhile */
                straight = 0;
                goto done;
            }
        }
        PUSH(node, 1);
        for (Py_ssize_t i = operands_of(node); i--; ) {
            Node *parent = operand_at(node, i);
            if (!is_node((PyObject *)parent)) { straight = 0; goto done; }
            if (parent->mark != mark) PUSH(parent, 0);
        }
    }
done:
    PyMem_Free(stack);
    return straight;
failed:
    PyMem_Free(stack);
    return -1;
#undef FINISH
}

/* The local gradients of a node by the record's partials. 1: done; 0: they are not plain; -1: an error. */
static int
asked_partials(Node *node, Py_ssize_t count, double *locals)
{
    int plain = 0;
    PyObject *rule = PyObject_GetAttr(node->op, partials);
    PyObject *numbers = PyTuple_New(count + 1), *found = NULL;
    if (!rule || !numbers) goto done;
    for (Py_ssize_t i = 0; i <= count; i++) {
        PyObject *number = PyFloat_FromDouble(i < count ? operand_at(node, i)->data : node->data);
        if (!number) goto done;
        PyTuple_SET_ITEM(numbers, i, number);
    }
    found = PyObject_CallObject(rule, numbers);
    if (!found) { PyErr_Clear(); goto done; } /* asked again in Python, where every failure is named */
    plain = PyTuple_CheckExact(found) && PyTuple_GET_SIZE(found) == count;
    for (Py_ssize_t i = 0; plain && i < count; i++) {
        plain = PyFloat_CheckExact(PyTuple_GET_ITEM(found, i));
        if (plain) locals[i] = PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(found, i));
    }
done:
    Py_XDECREF(rule);
    Py_XDECREF(numbers);
    Py_XDECREF(found);
    return PyErr_Occurred() ? -1 : plain;
}

/* adjoints(order, seed) of sweep.py. 1: done; 0: Python is to do it; -1: an error. */
static int
swept(Sweep *sweep, double seed)
{
    Py_ssize_t count = sweep->count, edge = sweep->ends;
    double few[8], *locals = few, *many = NULL;
    Py_ssize_t room = 8;
    int done = 1;
    sweep->adjoint = PyMem_Malloc(count * sizeof(double));
    sweep->reached = PyMem_Calloc(count, 1);
    if (!sweep->adjoint || !sweep->reached) { PyErr_NoMemory(); return -1; }
    sweep->adjoint[count - 1] = seed;
    sweep->reached[count - 1] = 1;
    for (Py_ssize_t place = count; place--; ) {
        Node *node = sweep->nodes[place];
        if (!node->first) continue; /* a leaf */
        Py_ssize_t operands = operands_of(node);
        edge -= operands;
        if (!sweep->reached[place]) continue;
        double upstream = sweep->adjoint[place];
        const Form *form = node->form;
        if (has_partials(form, operands)) {
            if (!formula_partials(form, node, locals)) { done = 0; break; }
        }
        else {
            if (operands > room) {
                double *grown = PyMem_Realloc(many, operands * sizeof(double));
                if (!grown) { PyErr_NoMemory(); done = -1; break; }
                locals = many = grown;
                room = operands;
            }
            done = asked_partials(node, operands, locals);
            if (done <= 0) break;
        }
        for (Py_ssize_t i = 0; i < operands; i++) {
            uint32_t parent = sweep->edges[edge + i];
            if (form->gated && locals[i] == 0.0) continue; /* a gate stops whatever comes, infinities too */
            double flow = form->gated ? upstream : locals[i] * upstream;
            sweep->adjoint[parent] = sweep->reached[parent] ? sweep->adjoint[parent] + flow : flow;
            sweep->reached[parent] = 1;
        }
    }
    PyMem_Free(many);
    return done;
}

/* Whether a leaf that learns has a gradient, and none is nan or a graph: then the gradients may be written. */
static int
may_be_written(Sweep *sweep)
{
    int one_learns = 0;
    for (Py_ssize_t place = 0; place < sweep->count; place++) {
        Node *node = sweep->nodes[place];
        if (graph_gradients && node->state == GRAPH) return 0;
        if (node->first) continue;
        double flow = sweep->reached[place] ? sweep->adjoint[place] : 0.0;
        if (isnan(flow)) return 0;
        if (!one_learns && flow != 0.0 && Py_TYPE(node) != constant_type) {
            PyObject *told = PyObject_GetAttr((PyObject *)Py_TYPE(node), learns);
            one_learns = told == Py_True;
            Py_XDECREF(told);
            if (!told) return -1;
        }
    }
    return one_learns;
}

/* backward(root, seed) -> whether it was done. */
static PyObject *
backward(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    if (n != 2 || !is_node(args[0])) { PyErr_BadArgument(); return NULL; }
    if (!PyFloat_CheckExact(args[1])) Py_RETURN_FALSE;
    Sweep sweep = {0};
    int done = set_order(&sweep, (Node *)args[0], NULL, 0);
    if (done > 0) done = swept(&sweep, PyFloat_AS_DOUBLE(args[1]));
    if (done > 0) {
        PyObject *held = PyObject_CallMethodNoArgs(lock, acquire);
        if (!held) done = -1;
        else {
            Py_DECREF(held);
            done = may_be_written(&sweep);
            for (Py_ssize_t place = 0; done > 0 && place < sweep.count; place++) {
                Node *node = sweep.nodes[place];
                double flow = sweep.reached[place] ? sweep.adjoint[place] : 0.0;
                node->grad.number = !node->first && node->state == NUMBER ? node->grad.number + flow : flow;
                node->state = NUMBER;
            }
            PyObject *released = PyObject_CallMethodNoArgs(lock, release);
            if (!released) done = -1;
            Py_XDECREF(released);
        }
    }
    free_sweep(&sweep);
    return done < 0 ? NULL : PyBool_FromLong(done);
}

/* gradient(root, variables, since) -> (value, gradients), or None where it is Python's to find. */
static PyObject *
gradient(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    if (n != 3 || !is_node(args[0]) || !PyList_CheckExact(args[1])) { PyErr_BadArgument(); return NULL; }
    long long since = PyLong_AsLongLong(args[2]);
    if (since == -1 && PyErr_Occurred()) return NULL;
    Sweep sweep = {0};
    Py_ssize_t count = PyList_GET_SIZE(args[1]);
    PyObject *gradients = NULL, *result = NULL;
    int done = set_order(&sweep, (Node *)args[0], args[1], since);
    if (done > 0) done = (PyObject *)sweep.nodes[sweep.count - 1] == args[0] && swept(&sweep, 1.0);
    if (PyErr_Occurred()) done = -1;
    if (done > 0) {
        gradients = PyList_New(count);
        for (Py_ssize_t place = 0; gradients && place < count; place++) {
            double flow = sweep.reached[place] ? sweep.adjoint[place] : 0.0;
            if (isnan(flow)) done = 0;
            PyObject *number = PyFloat_FromDouble(flow);
            if (!number) { Py_CLEAR(gradients); break; }
            PyList_SET_ITEM(gradients, place, number);
        }
        if (!gradients) done = -1;
    }
    free_sweep(&sweep);
    if (done > 0) result = Py_BuildValue("(dO)", ((Node *)args[0])->data, gradients);
    Py_XDECREF(gradients);
    if (done == 0) Py_RETURN_NONE;
    return result;
}

/* walk(roots, order, outside, since) of sweep.py -> whether it was done. */
static PyObject *
walk(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    if (n != 4 || !PyList_CheckExact(args[0]) || !PyList_CheckExact(args[1]) || !PyList_CheckExact(args[2]))
        return PyErr_BadArgument(), NULL;
    PyObject *roots = args[0], *order = args[1], *outside = args[2];
    long long since = PyLong_AsLongLong(args[3]);
    if (since == -1 && PyErr_Occurred()) return NULL;
    uint32_t mark = next_mark();
    if (!mark) Py_RETURN_FALSE;
    for (int i = 1; i < 3; i++)
        for (Py_ssize_t at = 0; at < PyList_GET_SIZE(args[i]); at++) {
            if (!is_node(PyList_GET_ITEM(args[i], at))) return PyErr_BadArgument(), NULL;
            ((Node *)PyList_GET_ITEM(args[i], at))->mark = mark;
        }
    uintptr_t *stack = NULL;
    Py_ssize_t height = 0, room = 0;
    for (Py_ssize_t i = PyList_GET_SIZE(roots); i--; ) PUSH(PyList_GET_ITEM(roots, i), 0);
    while (height) {
        int waits = stack[--height] & 1;
        Node *node = (Node *)(stack[height] - waits);
        if (waits) {
            if (PyList_Append(order, (PyObject *)node)) goto failed;
            continue;
        }
        if (!is_node((PyObject *)node)) { PyErr_BadArgument(); goto failed; }
        if (Py_TYPE(node) == traced_type && since >= 0 && node->version >= since) become((PyObject *)node, value_type);
        if (node->mark == mark) continue;
        node->mark = mark;
        if (node->version < since || !node->first) {
            if (PyList_Append(node->version < since ? outside : order, (PyObject *)node)) goto failed;
            continue;
        }
        PUSH(node, 1);
        for (Py_ssize_t i = operands_of(node); i--; ) PUSH(operand_at(node, i), 0);
    }
    PyMem_Free(stack);
    Py_RETURN_TRUE;
failed:
    PyMem_Free(stack);
    return NULL;
}

/* parted(computed, variables) -> those of computed, in topological order, that depend on variables, and the others;
   or None where it is Python's to find. */
static PyObject *
parted(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    uint32_t mark = next_mark();
    if (n != 2 || !PyList_CheckExact(args[0]) || !PyList_CheckExact(args[1])) return PyErr_BadArgument(), NULL;
    if (!mark) Py_RETURN_NONE;
    PyObject *moving = PyList_New(0), *still = PyList_New(0);
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(args[1]); at++) ((Node *)PyList_GET_ITEM(args[1], at))->mark = mark;
    for (Py_ssize_t at = 0; moving && still && at < PyList_GET_SIZE(args[0]); at++) {
        Node *node = (Node *)PyList_GET_ITEM(args[0], at);
        int moves = 0;
        for (Py_ssize_t i = operands_of(node); i-- && !moves; ) moves = operand_at(node, i)->mark == mark;
        if (moves) node->mark = mark;
        if (PyList_Append(moves ? moving : still, (PyObject *)node)) Py_CLEAR(moving);
    }
    if (moving && still) return Py_BuildValue("(NN)", moving, still);
    Py_XDECREF(moving);
    Py_XDECREF(still);
    return NULL;
}

/* Give the nodes of a list their places in it, of which each operand's is then known. */
static int
set_places(PyObject *nodes, uint32_t mark)
{
    if (PyList_GET_SIZE(nodes) >= (1 << 30) - 1) { PyErr_NoMemory(); return -1; }
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(nodes); at++) {
        Node *node = (Node *)PyList_GET_ITEM(nodes, at);
        if (!is_node((PyObject *)node)) { PyErr_BadArgument(); return -1; }
        node->mark = mark;
        node->place = (uint32_t)at;
    }
    return 0;
}

static PyObject *
bytes_of(Py_ssize_t count, int64_t **start)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, count * sizeof(int64_t));
    if (bytes) *start = (int64_t *)PyBytes_AS_STRING(bytes);
    return bytes;
}

/* numbered(nodes, first, wanted) -> the versions of nodes; from nodes[first] on, how many operands each has, and the
   places of these in nodes; the places of those wanted. Whole numbers of eight bytes; -1 for what is not in nodes.
   None where it is Python's to find. */
static PyObject *
numbered(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    if (n != 3 || !PyList_CheckExact(args[0]) || !PyList_CheckExact(args[2])) return PyErr_BadArgument(), NULL;
    Py_ssize_t first = PyLong_AsSsize_t(args[1]), count = PyList_GET_SIZE(args[0]), ends = 0;
    uint32_t mark = next_mark();
    if (!mark) Py_RETURN_NONE;
    if (first < 0 || set_places(args[0], mark)) return PyErr_Occurred() ? NULL : (PyErr_BadArgument(), NULL);
#define NODE(list, at) ((Node *)PyList_GET_ITEM(list, at))
#define PLACE(node) ((node)->mark == mark ? (int64_t)(node)->place : -1)
    for (Py_ssize_t at = first; at < count; at++) ends += operands_of(NODE(args[0], at));
    int64_t *version = NULL, *how_many = NULL, *place = NULL, *wanted_place = NULL;
    PyObject *versions = bytes_of(count, &version), *counts = bytes_of(count - first, &how_many);
    PyObject *places = bytes_of(ends, &place), *wanted = bytes_of(PyList_GET_SIZE(args[2]), &wanted_place);
    if (!versions || !counts || !places || !wanted) {
        Py_XDECREF(versions); Py_XDECREF(counts); Py_XDECREF(places); Py_XDECREF(wanted);
        return NULL;
    }
    for (Py_ssize_t at = 0; at < count; at++) *version++ = NODE(args[0], at)->version;
    for (Py_ssize_t at = first; at < count; at++) {
        Py_ssize_t operands = operands_of(NODE(args[0], at));
        *how_many++ = operands;
        for (Py_ssize_t i = 0; i < operands; i++) *place++ = PLACE(operand_at(NODE(args[0], at), i));
    }
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(args[2]); at++) *wanted_place++ = PLACE(NODE(args[2], at));
#undef NODE
#undef PLACE
    return Py_BuildValue("(NNNN)", versions, counts, places, wanted);
}

/* --- the reverse sweep on Values: linked_adjoints() of sweep.py --------------------------------------------- */

#if PY_VERSION_HEX >= 0x030C0000
#define SETTING_ERRORS_ASIDE(action) do { \
        PyObject *raised = PyErr_GetRaisedException(); action; PyErr_SetRaisedException(raised); } while (0)
#else
#define SETTING_ERRORS_ASIDE(action) do { \
        PyObject *type, *value, *trace; PyErr_Fetch(&type, &value, &trace); action; PyErr_Restore(type, value, trace); \
    } while (0)
#endif

/* The local gradients of a node as its record gives them for Values; NULL where Python is to ask again. */
static PyObject *
linked_partials(Node *node, Py_ssize_t count)
{
    PyObject *few[8], **given = count < 8 ? few : PyMem_Malloc((count + 1) * sizeof(PyObject *));
    PyObject *rule = PyObject_GetAttr(node->op, partials), *outside = NULL, *found = NULL;
    if (!given) PyErr_NoMemory();
    if (!rule || !given || !(outside = put_on(ieee_setting))) goto done;
    for (Py_ssize_t i = 0; i < count; i++) given[i] = (PyObject *)operand_at(node, i);
    given[count] = (PyObject *)node;
    found = PyObject_Vectorcall(rule, given, count + 1, NULL);
    if (!found && PyErr_ExceptionMatches(PyExc_Exception)) PyErr_Clear(); /* Python asks again, and names the failure */
    int kept;
    SETTING_ERRORS_ASIDE(kept = put_in_force(outside));
    if (kept < 0) Py_CLEAR(found);
    if (found && !(PyTuple_CheckExact(found) && PyTuple_GET_SIZE(found) == count)) Py_CLEAR(found);
done:
    Py_XDECREF(outside);
    Py_XDECREF(rule);
    if (given != few) PyMem_Free(given);
    return found;
}

static PyObject * /* where(gate, flow, 0.0) */
gated_flow(PyObject *gate, PyObject *flow)
{
    return PyObject_CallFunctionObjArgs(where_record, gate, flow, zero, NULL);
}

/* contribution_of() of sweep.py: local times upstream; NULL without an error where nothing flows. */
static PyObject *
contribution_of(int gated, PyObject *local, PyObject *upstream)
{
    if (PyFloat_CheckExact(local)) {
        double number = PyFloat_AS_DOUBLE(local);
        if (gated) return number != 0.0 ? Py_NewRef(upstream) : NULL;
        if (number == 1.0) return Py_NewRef(upstream);
    }
    else if (gated) return gated_flow(local, upstream);
    return PyNumber_Multiply(local, upstream);
}

/* _pass_gate() of sweep.py, with the gate behind the operation. */
static int
pass_gate(PyObject **slot, PyObject *gate, PyObject *local, int gated, int first)
{
    PyObject *behind = Py_XNewRef(gate);
    if (gated && !PyFloat_CheckExact(local)) Py_XSETREF(behind, gate ? PyNumber_Multiply(gate, local) : Py_NewRef(local));
    if (first) *slot = Py_XNewRef(behind);
    else if (*slot && *slot != behind)
        Py_SETREF(*slot, behind ? PyObject_CallFunctionObjArgs(maximum_record, *slot, behind, NULL) : NULL);
    Py_XDECREF(behind);
    return PyErr_Occurred() ? -1 : 0;
}

/* linked_adjoints(order, first, seed) -> the adjoints of order[first:], or None where it is Python's to find. */
static PyObject *
linked_adjoints(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    if (n != 3 || !PyList_CheckExact(args[0])) return PyErr_BadArgument(), NULL;
    PyObject *order = args[0], *result = NULL;
    Py_ssize_t first = PyLong_AsSsize_t(args[1]), count = PyList_GET_SIZE(order), ends = 0;
    if (first < 0 || first >= count) return PyErr_BadArgument(), NULL;
    for (Py_ssize_t at = first; at < count; at++) {
        Node *node = (Node *)PyList_GET_ITEM(order, at);
        if (!is_node((PyObject *)node) || node->hooks || !node->first != !node->op) Py_RETURN_NONE;
        if (node->op && !node->form && !(node->form = find_form(node->op))) {
            if (PyErr_Occurred()) return NULL;
            Py_RETURN_NONE;
        }
        ends += operands_of(node);
    }
    uint32_t mark = next_mark();
    if (!mark) Py_RETURN_NONE;
    uint32_t *places = PyMem_Malloc((ends + 1) * sizeof(uint32_t));
    PyObject **adjoint = PyMem_Calloc(count - first, sizeof(PyObject *));
    PyObject **gates = PyMem_Calloc(count - first, sizeof(PyObject *));
    int straight = 1, any_gate = 0;
    if (!places || !adjoint || !gates) { PyErr_NoMemory(); goto done; }
    if (set_places(order, mark)) goto done;
    for (Py_ssize_t at = first, edge = 0; at < count; at++) { /* at once, before Python runs, and perhaps another sweep */
        Node *node = (Node *)PyList_GET_ITEM(order, at);
        for (Py_ssize_t i = 0; i < operands_of(node); i++) {
            Node *parent = operand_at(node, i);
            if (parent->mark != mark || parent->version > node->version) straight = 0;
            places[edge++] = parent->place;
        }
    }
    adjoint[count - 1 - first] = Py_NewRef(args[2]);
    for (Py_ssize_t at = count; straight && at-- > first; ) {
        Node *node = (Node *)PyList_GET_ITEM(order, at);
        PyObject *upstream = adjoint[at - first], *gate = gates[at - first];
        Py_ssize_t operands = operands_of(node);
        ends -= operands;
        if (!operands || !upstream) continue;
        int gated = node->form->gated;
        PyObject *locals = linked_partials(node, operands);
        if (!locals) { straight = 0; break; }
        for (Py_ssize_t i = 0; straight && i < operands; i++) {
            Py_ssize_t parent = (Py_ssize_t)places[ends + i] - first;
            PyObject *local = PyTuple_GET_ITEM(locals, i);
            if (parent < 0) continue; /* nobody asks for its adjoint */
            if (!PyFloat_CheckExact(local) && !is_node(local)) { straight = 0; break; }
            PyObject *flow = contribution_of(gated, local, upstream), *so_far = adjoint[parent];
            if (flow && gate && !gated) Py_SETREF(flow, gated_flow(gate, flow));
            if (flow && (any_gate || gated)) {
                any_gate = 1;
                if (pass_gate(&gates[parent], gate, local, gated, !so_far)) Py_CLEAR(flow);
            }
            if (flow && so_far) Py_SETREF(flow, PyNumber_Add(so_far, flow));
            if (flow) Py_XSETREF(adjoint[parent], flow);
            if (PyErr_Occurred()) straight = 0;
        }
        Py_DECREF(locals);
    }
    if (straight && (result = PyList_New(count - first)))
        for (Py_ssize_t at = 0; at < count - first; at++)
            PyList_SET_ITEM(result, at, Py_NewRef(adjoint[at] ? adjoint[at] : Py_None));
done:
    for (Py_ssize_t at = 0; adjoint && gates && at < count - first; at++) {
        Py_XDECREF(adjoint[at]);
        Py_XDECREF(gates[at]);
    }
    PyMem_Free(adjoint);
    PyMem_Free(gates);
    PyMem_Free(places);
    return result || PyErr_Occurred() ? result : Py_NewRef(Py_None);
}

/* --- the variables of a transform: Trace of trace.py ---------------------------------------------------------- */

/* variables(args, places) -> (since, variables, arguments), or None if an argument at places is no finite float. */
static PyObject *
fresh_variables(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t n)
{
    if (n != 2 || !PyTuple_CheckExact(given[0]) || !PyTuple_CheckExact(given[1]) || !varied_type) Py_RETURN_NONE;
    PyObject *args = given[0], *places = given[1], *found = NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(places);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *number = PyTuple_GET_ITEM(args, PyLong_AsSsize_t(PyTuple_GET_ITEM(places, i)));
        if (!PyFloat_CheckExact(number) || !isfinite(PyFloat_AS_DOUBLE(number))) Py_RETURN_NONE;
    }
    if (plain_surroundings() < 0) return NULL;
    long long since = tick();
    if (since < 0) return NULL;
    PyObject *variables = PyList_New(count), *arguments = PySequence_List(args);
    for (Py_ssize_t i = 0; variables && arguments && i < count; i++) {
        Py_ssize_t place = PyLong_AsSsize_t(PyTuple_GET_ITEM(places, i));
        Node *variable = new_node(traced_type, PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(args, place)), since);
        if (!variable) goto done;
        PyList_SET_ITEM(variables, i, (PyObject *)variable);
        PyList_SetItem(arguments, place, Py_NewRef((PyObject *)variable));
    }
    if (variables && arguments) found = Py_BuildValue("(LOO)", since, variables, arguments);
done:
    Py_XDECREF(variables);
    Py_XDECREF(arguments);
    return found;
}

#include "_tape.h"

/* --- the same objects: autograd/replay/watching.py --------------------------------------------------------- */

/* same_items(items, kept): whether items are the objects in the tuple kept, one after another. */
static PyObject *
same_items(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    if (n != 2 || !PyTuple_CheckExact(args[1])) return PyErr_BadArgument(), NULL;
    PyObject *items = args[0], *kept = args[1], *item;
    Py_ssize_t count = PyTuple_GET_SIZE(kept), at = 0;
    if (PyList_CheckExact(items)) {
        if (PyList_GET_SIZE(items) != count) Py_RETURN_FALSE;
        while (at < count && PyList_GET_ITEM(items, at) == PyTuple_GET_ITEM(kept, at)) at++;
        return PyBool_FromLong(at == count);
    }
    PyObject *iterator = PyObject_GetIter(items);
    if (!iterator) return NULL;
    for (; (item = PyIter_Next(iterator)); at++) {
        Py_DECREF(item); /* its address alone is compared, with those of objects that are alive */
        if (at == count || item != PyTuple_GET_ITEM(kept, at)) break;
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(!item && at == count);
}

/* same_entries(mapping, keys, values): whether a dict has these objects, in this order. */
static PyObject *
same_entries(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t n)
{
    if (n != 3 || !PyDict_Check(args[0]) || !PyTuple_CheckExact(args[1]) || !PyTuple_CheckExact(args[2]))
        return PyErr_BadArgument(), NULL;
    PyObject *key, *value, *keys = args[1], *values = args[2];
    Py_ssize_t count = PyTuple_GET_SIZE(keys), place = 0, at = 0;
    if (PyDict_GET_SIZE(args[0]) != count || PyTuple_GET_SIZE(values) != count) Py_RETURN_FALSE;
    for (; at < count && PyDict_Next(args[0], &place, &key, &value); at++)
        if (key != PyTuple_GET_ITEM(keys, at) || value != PyTuple_GET_ITEM(values, at)) break;
    return PyBool_FromLong(at == count);
}

/* --- the module ------------------------------------------------------------------------------------------- */

/* set_up(in_force, recording, clock, lock, form_of, tracing, scope, handed, slots): two context variables, two settings,
   and the slots of a Clock's now, a Context's plain, grad, domains_watched, traced, sealed and scope, a scope's name. */
static PyObject *
set_up(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t *found[] = {&now_slot, &plain_slot, &grad_slot, &watched_slot, &traced_slot, &sealed_slot, &scope_slot,
                           &name_slot};
    PyObject *slots;
    if (!PyArg_ParseTuple(args, "OOOOOOOO!O!", &in_force, &recording, &clock_object, &lock, &form_of, &tracing_type,
                          &scope_type, &PyDict_Type, &handed, &PyTuple_Type, &slots))
        return NULL;
    for (size_t i = 0; i < sizeof(found) / sizeof(*found); i++) {
        PyObject *slot = PyTuple_GetItem(slots, i);
        if (!slot) return NULL;
        if (!Py_IS_TYPE(slot, &PyMemberDescr_Type)) return PyErr_Format(PyExc_TypeError, "not a slot: %R", slot);
        *found[i] = ((PyMemberDescrObject *)slot)->d_member->offset;
    }
    Py_INCREF(args); /* for ever, with all that it holds */
    Py_RETURN_NONE;
}

/* set_sweep(ieee, where, maximum): the setting of local gradients, and the records that gates are made of. */
static PyObject *
set_sweep(PyObject *Py_UNUSED(module), PyObject *args)
{
    if (!PyArg_ParseTuple(args, "OOO", &ieee_setting, &where_record, &maximum_record)) return NULL;
    Py_INCREF(args);
    Py_RETURN_NONE;
}

/* set_types(Value, Traced, Constant, Varied, Parameter, Untracked): until then every Maker asks Python. */
static PyObject *
set_types(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *value, *traced, *constant, *varied, *parameter, *untracked;
    if (!PyArg_ParseTuple(args, "O!O!O!O!O!O!", &PyType_Type, &value, &PyType_Type, &traced, &PyType_Type, &constant,
                          &PyType_Type, &varied, &PyType_Type, &parameter, &PyType_Type, &untracked))
        return NULL;
    untracked_type = (PyTypeObject *)Py_NewRef(untracked);
    parameter_type = (PyTypeObject *)Py_NewRef(parameter);
    varied_type = (PyTypeObject *)Py_NewRef(varied);
    traced_type = (PyTypeObject *)Py_NewRef(traced);
    constant_type = (PyTypeObject *)Py_NewRef(constant);
    value_type = (PyTypeObject *)Py_NewRef(value);
    value_type->tp_dealloc = traced_type->tp_dealloc = constant_type->tp_dealloc = (destructor)node_dealloc;
    Py_RETURN_NONE;
}

/* rows() -> (name, operands, constants, fixed constant) of each formula that was compiled in. */
static PyObject *
rows(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    Py_ssize_t count = sizeof(RULES) / sizeof(RULES[0]);
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *row = Py_BuildValue("(siid)", RULES[i].name, RULES[i].operands, RULES[i].constants, RULES[i].fixed);
        if (!row) { Py_CLEAR(list); break; }
        PyList_SET_ITEM(list, i, row);
    }
    return list;
}

static PyMethodDef functions[] = {
    {"backward", (PyCFunction)(void (*)(void))backward, METH_FASTCALL, NULL},
    {"defined_everywhere", defined_everywhere, METH_O, NULL},
    {"gradient", (PyCFunction)(void (*)(void))gradient, METH_FASTCALL, NULL},
    {"linked_adjoints", (PyCFunction)(void (*)(void))linked_adjoints, METH_FASTCALL, NULL},
    {"maker", maker, METH_VARARGS, NULL},
    {"numbered", (PyCFunction)(void (*)(void))numbered, METH_FASTCALL, NULL},
    {"numbers_of", numbers_of, METH_O, NULL},
    {"parted", (PyCFunction)(void (*)(void))parted, METH_FASTCALL, NULL},
    {"program", program, METH_VARARGS, NULL},
    {"rows", rows, METH_NOARGS, NULL},
    {"same_entries", (PyCFunction)(void (*)(void))same_entries, METH_FASTCALL, NULL},
    {"same_items", (PyCFunction)(void (*)(void))same_items, METH_FASTCALL, NULL},
    {"track", track_graph, METH_O, NULL},
    {"variables", (PyCFunction)(void (*)(void))fresh_variables, METH_FASTCALL, NULL},
    {"set_sweep", set_sweep, METH_VARARGS, NULL},
    {"set_types", set_types, METH_VARARGS, NULL},
    {"set_up", set_up, METH_VARARGS, NULL},
    {"walk", (PyCFunction)(void (*)(void))walk, METH_FASTCALL, NULL},
    {0},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "autograd._engine", "The straight case of the engine, in C.", -1, functions,
};

PyMODINIT_FUNC
PyInit__engine(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (!module) return NULL;
    NodeType.tp_new = PyBaseObject_Type.tp_new; /* no type of C inherits it by itself */
    if (PyType_Ready(&NodeType) || PyType_Ready(&MakerType) || PyType_Ready(&ProgramType)) return NULL;
    forms = PyDict_New();
    if (!forms || !(zero = PyFloat_FromDouble(0.0)) || !(empty_text = PyUnicode_InternFromString("")) || !(acquire = PyUnicode_InternFromString("acquire"))
        || !(release = PyUnicode_InternFromString("release")) || !(learns = PyUnicode_InternFromString("learns"))
        || !(partials = PyUnicode_InternFromString("partials")) || !(change = PyUnicode_InternFromString("change")))
        return NULL;
    if (PyModule_AddObject(module, "Node", Py_NewRef((PyObject *)&NodeType))) return NULL;
    if (PyModule_AddStringConstant(module, "TABLE_DIGEST", TABLE_DIGEST)) return NULL;
    if (PyModule_AddIntConstant(module, "VERSION", VERSION)) return NULL;
    if (PyModule_AddIntMacro(module, SUM_OF_PRODUCTS)) return NULL;
    const char *names[] = {"UNARY", "BINARY", "REFLECTED", "POWER", "LEAF", "CALL", "EACH", "FORWARD", "WEIGHTED_SUM",
                           "LABEL", "DATA", "GRAD", "SET", "PARTIALS", "ENTER", "EXIT"};
    for (int kind = UNARY; kind <= EXIT; kind++)
        if (PyModule_AddIntConstant(module, names[kind], kind)) return NULL;
    return module;
}
