package onnx

import (
	"cmp"
	"fmt"
	"math"
)

// same gives each result the sizes of the first operand.
func same(n *call) error {
	for i := range n.out {
		n.set(i, n.dims(0))
	}
	n.arithmetic(1)
	return nil
}

// over broadcasts the first operands.
func over(operands int) func(n *call) error {
	return func(n *call) error {
		if n.attribute("broadcast") != nil || n.attribute("axis") != nil { // before opset 7
			n.set(0, n.dims(0))
			return nil
		}
		shapes := make([][]int64, operands)
		for i := range shapes {
			shapes[i] = n.dims(i)
		}
		dims, err := broadcast(shapes...)
		if err != nil {
			return err
		}
		n.set(0, dims)
		n.arithmetic(operands)
		return nil
	}
}

// identity passes its operand on. The mask of a dropout is all true.
func identity(n *call) error {
	n.set(0, n.dims(0))
	n.set(1, n.dims(0)).dtype = tBool
	if n.operand(2) == nil { // a dropout that is trained has three
		n.pass()
	}
	return nil
}

// ofType gives the first result a type.
func ofType(dtype int64, shape func(n *call) error) func(n *call) error {
	return func(n *call) error {
		if len(n.out) > 0 {
			n.out[0].dtype = dtype
		}
		return shape(n)
	}
}

func variadic(n *call) error {
	for i, v := range n.in {
		if v == nil {
			return fmt.Errorf("operand %d is missing", i+1)
		}
		if !v.known {
			n.stop(v.why)
			return nil
		}
	}
	if err := over(len(n.in))(n); err != nil {
		return err
	}
	n.steps = n.firstOutput() * float64(len(n.in)-1)
	if n.operator == "Mean" {
		n.steps += n.firstOutput()
	}
	return nil
}

func where(n *call) error {
	dims, err := broadcast(n.dims(0), n.dims(1), n.dims(2))
	if err != nil {
		return err
	}
	n.set(0, dims).dtype = n.in[1].dtype
	n.pick(func(at []int64) (int, int64) {
		if condition := n.in[0].data; condition[offset(n.dims(0), at)].i != 0 {
			return 1, offset(n.dims(1), at)
		}
		return 2, offset(n.dims(2), at)
	})
	return nil
}

// arithmetic computes the elements of the result, where the operator is one that
// sizes are computed with.
func (n *call) arithmetic(operands int) {
	rule := arithmetic[n.operator]
	if rule == nil || n.integer("fmod", 0) != 0 {
		return
	}
	x := make([]number, operands)
	dtype := n.in[0].dtype
	n.compute(operands, func(at []int64, elements [][]number) (number, bool) {
		for i, list := range elements {
			x[i] = list[offset(n.dims(i), at)]
		}
		result, ok := rule(isFloat(dtype), x)
		if dtype == tFloat {
			result.f = float64(float32(result.f))
		}
		return result, ok
	})
}

// rule computes an element; not ok where it has no value.
type rule func(float bool, x []number) (result number, ok bool)

var arithmetic = map[string]rule{
	"Add": both(func(a, b int64) int64 { return a + b }, func(a, b float64) float64 { return a + b }),
	"Sub": both(func(a, b int64) int64 { return a - b }, func(a, b float64) float64 { return a - b }),
	"Mul": both(func(a, b int64) int64 { return a * b }, func(a, b float64) float64 { return a * b }),
	"Max": both(func(a, b int64) int64 { return max(a, b) }, math.Max),
	"Min": both(func(a, b int64) int64 { return min(a, b) }, math.Min),
	"Sum": both(func(a, b int64) int64 { return a + b }, func(a, b float64) float64 { return a + b }),
	"Div": quotient,
	"Mod": remainder,

	"Neg":   one(func(a int64) int64 { return -a }, func(a float64) float64 { return -a }),
	"Abs":   one(func(a int64) int64 { return max(a, -a) }, math.Abs),
	"Floor": one(nil, math.Floor),
	"Ceil":  one(nil, math.Ceil),
	"Round": one(nil, math.RoundToEven),
	"Sqrt":  one(nil, math.Sqrt),
	"Not":   one(func(a int64) int64 { return 1 - a }, nil),

	"Equal":          comparison(func(c int) bool { return c == 0 }),
	"Less":           comparison(func(c int) bool { return c < 0 }),
	"LessOrEqual":    comparison(func(c int) bool { return c <= 0 }),
	"Greater":        comparison(func(c int) bool { return c > 0 }),
	"GreaterOrEqual": comparison(func(c int) bool { return c >= 0 }),
	"And":            both(func(a, b int64) int64 { return a & b }, nil),
	"Or":             both(func(a, b int64) int64 { return a | b }, nil),
	"Xor":            both(func(a, b int64) int64 { return a ^ b }, nil),
}

func one(ints func(a int64) int64, floats func(a float64) float64) rule {
	return func(float bool, x []number) (number, bool) {
		switch {
		case float && floats != nil:
			return number{f: floats(x[0].f)}, true
		case !float && ints != nil:
			return number{i: ints(x[0].i)}, true
		}
		return number{}, false
	}
}

// both goes through all operands from the first.
func both(ints func(a, b int64) int64, floats func(a, b float64) float64) rule {
	return func(float bool, x []number) (number, bool) {
		if float && floats == nil {
			return number{}, false
		}
		result := x[0]
		for _, next := range x[1:] {
			if float {
				result.f = floats(result.f, next.f)
			} else {
				result.i = ints(result.i, next.i)
			}
		}
		return result, true
	}
}

func quotient(float bool, x []number) (number, bool) {
	if float {
		return number{f: x[0].f / x[1].f}, true
	}
	if x[1].i == 0 {
		return number{}, false
	}
	return number{i: x[0].i / x[1].i}, true
}

// remainder has the sign of the divisor.
func remainder(float bool, x []number) (number, bool) {
	if float || x[1].i == 0 {
		return number{}, false
	}
	r := x[0].i % x[1].i
	if r != 0 && (r < 0) != (x[1].i < 0) {
		r += x[1].i
	}
	return number{i: r}, true
}

func comparison(holds func(order int) bool) rule {
	return func(float bool, x []number) (number, bool) {
		order := cmp.Compare(x[0].i, x[1].i)
		if float {
			order = cmp.Compare(x[0].f, x[1].f)
		}
		if holds(order) {
			return number{i: 1}, true
		}
		return number{}, true
	}
}

func cast(n *call) error {
	n.set(0, n.dims(0)).dtype = n.integer("to", 0)
	n.convert()
	return nil
}

func castLike(n *call) error {
	n.set(0, n.dims(0)).dtype = n.in[1].dtype
	n.convert()
	return nil
}

// convert computes the elements of a result of another type.
func (n *call) convert() {
	if len(n.out) == 0 || n.in[0].dtype == tString {
		return
	}
	from, to := isFloat(n.in[0].dtype), n.out[0].dtype
	n.compute(1, func(at []int64, elements [][]number) (number, bool) {
		x := elements[0][offset(n.dims(0), at)]
		switch {
		case to == tBool:
			return truth(x.i != 0 || x.f != 0), true
		case to == tFloat && from:
			return number{f: float64(float32(x.f))}, true
		case to == tFloat:
			return number{f: float64(float32(x.i))}, true
		case to == tDouble && !from:
			return number{f: float64(x.i)}, true
		case to == tDouble:
			return x, true
		case from && !(math.Abs(x.f) < 1<<62):
			return number{}, false
		case from:
			x = number{i: int64(x.f)}
		}
		return x, to == tInt64 || to == tInt32 && x.i == int64(int32(x.i))
	})
}

func truth(is bool) number {
	if is {
		return number{i: 1}
	}
	return number{}
}

func quantize(n *call) error {
	y := n.set(0, n.dims(0))
	y.dtype = n.integer("output_dtype", tUint8)
	if zero := n.operand(2); zero != nil {
		y.dtype = zero.dtype
	}
	return nil
}

// dequantize has a result of real numbers, which still stand for integers.
func dequantize(n *call) error {
	y := n.set(0, n.dims(0))
	y.dtype = n.in[1].dtype
	y.bits, y.signed = n.in[0].bits, n.in[0].signed
	return nil
}

func dynamicQuantize(n *call) error {
	n.set(0, n.dims(0)).dtype = tUint8
	n.set(1, []int64{}).dtype = tFloat
	n.set(2, []int64{}).dtype = tUint8
	return nil
}

// qlinearBinary has a scale and a zero point behind each operand.
func qlinearBinary(n *call) error {
	dims, err := broadcast(n.dims(0), n.dims(3))
	if err != nil {
		return err
	}
	n.set(0, dims)
	return nil
}

// reduce takes axes together, all unless some are given.
func reduce(n *call) error {
	axes, given, known := n.settings("axes", 1)
	if given && !known {
		return nil
	}
	if len(axes) == 0 && n.integer("noop_with_empty_axes", 0) != 0 {
		n.set(0, n.dims(0))
		return nil
	}
	marked, err := axesOf(axes, len(n.dims(0)))
	if err != nil {
		return err
	}
	keep := n.integer("keepdims", 1) != 0
	dims := []int64{}
	for i, size := range n.dims(0) {
		switch reduced := marked[i] || len(axes) == 0; {
		case !reduced:
			dims = append(dims, size)
		case keep:
			dims = append(dims, 1)
		}
	}
	n.set(0, dims)
	if len(n.dims(0)) == 1 {
		n.reduceList()
	}
	return nil
}

// reduceList computes what a list of numbers comes to.
func (n *call) reduceList() {
	rule := arithmetic[map[string]string{"ReduceProd": "Mul", "ReduceSum": "Sum", "ReduceMax": "Max", "ReduceMin": "Min"}[n.operator]]
	if rule == nil {
		return
	}
	n.compute(1, func(_ []int64, elements [][]number) (number, bool) {
		if len(elements[0]) == 0 {
			return number{}, false
		}
		return rule(isFloat(n.in[0].dtype), elements[0])
	})
}

// argument is where along an axis the extreme is.
func argument(n *call) error {
	axis, err := n.axis("axis", 0, len(n.dims(0)))
	if err != nil {
		return err
	}
	dims := []int64{}
	for i, size := range n.dims(0) {
		switch keep := n.integer("keepdims", 1) != 0; {
		case i != axis:
			dims = append(dims, size)
		case keep:
			dims = append(dims, 1)
		}
	}
	n.set(0, dims).dtype = tInt64
	return nil
}

func batchNormalization(n *call) error {
	n.set(0, n.dims(0))
	for i := 1; i < len(n.out); i++ { // statistics, when it is trained
		if v := n.operand(1); v != nil && v.known {
			n.set(i, v.dims)
		}
	}
	return nil
}

// layerNormalization has results for the mean and for 1/σ.
func layerNormalization(n *call) error {
	axis, err := n.axis("axis", -1, len(n.dims(0)))
	if err != nil {
		return err
	}
	n.set(0, n.dims(0))
	statistics := append([]int64{}, n.dims(0)...)
	for i := axis; i < len(statistics); i++ {
		statistics[i] = 1
	}
	n.set(1, statistics)
	n.set(2, statistics)
	return nil
}

// localResponse adds the squares of so many channels: 2·size steps, then a scale,
// an offset, a power and a quotient.
func localResponse(n *call) error {
	size := n.integer("size", 1)
	if size < 1 || size > largest {
		return fmt.Errorf("size = %d", size)
	}
	n.set(0, n.dims(0))
	n.steps = n.firstOutput() * float64(2*size+4)
	return nil
}
