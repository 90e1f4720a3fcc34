package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"xbar/sim/workload"
)

// Data types of onnx.proto.
const (
	tFloat  = 1
	tUint8  = 2
	tInt8   = 3
	tUint16 = 4
	tInt16  = 5
	tInt32  = 6
	tInt64  = 7
	tString = 8
	tBool   = 9
	tDouble = 11
	tUint32 = 12
	tUint64 = 13
	tUint4  = 21
	tInt4   = 22
	tUint2  = 25
	tInt2   = 26
)

// width is the bits of an integer that an array can take, and whether it has a
// sign; 0 for any other type.
func width(dtype int64) (bits int, signed bool) {
	switch dtype {
	case tUint2, tInt2:
		bits = 2
	case tUint4, tInt4:
		bits = 4
	case tUint8, tInt8:
		bits = 8
	case tUint16, tInt16:
		bits = 16
	case tUint32, tInt32:
		bits = 32
	}
	return bits, slices.Contains([]int64{tInt2, tInt4, tInt8, tInt16, tInt32}, dtype)
}

func isFloat(dtype int64) bool { return dtype == tFloat || dtype == tDouble }

// value is what is known of a tensor when the model is read.
type value struct {
	name     string
	dims     []int64
	known    bool   // dims are
	declared bool   // dims are only what the file says
	why      string // dims are not: the node to blame
	dtype    int64
	bits     int  // of the integers that it stands for; 0: real numbers
	signed   bool // those integers
	static   bool // it depends on no input of the model
	data     []number
	tensor   *tensor // where data may be read from

	origin []workload.Side // of an image: sides of what poolings gave it of, the output
	layers int             // of the last of so many layers
}

// number is an element: f of a float, i of anything else.
type number struct {
	i int64
	f float64
}

// maxData bounds the tensors whose numbers are computed with. They are shapes.
const maxData = 1024

// numbers gives the elements of a small tensor that does not depend on inputs.
func (v *value) numbers() ([]number, bool) {
	if v == nil || !v.known {
		return nil, false
	}
	if v.data == nil && v.tensor != nil {
		v.data, v.tensor = v.tensor.numbers(), nil
	}
	return v.data, v.data != nil
}

// integers gives the elements as integers.
func (v *value) integers() ([]int64, bool) {
	data, ok := v.numbers()
	if !ok || isFloat(v.dtype) {
		return nil, false
	}
	list := make([]int64, len(data))
	for i, x := range data {
		list[i] = x.i
	}
	return list, true
}

// numbers decodes a small tensor; nil if it is large, elsewhere, of another type
// or not as long as its dimensions say.
func (t *tensor) numbers() []number { return t.decode(maxData) }

// decode does so with tensors of up to so many elements.
func (t *tensor) decode(most int64) []number {
	count, ok := product(t.dims)
	if !ok || count > most {
		return nil
	}
	d := decoder{}
	list := make([]number, 0, min(count, int64(len(t.body.data))))
	d.fields(t.body, func(f field) {
		switch f.number {
		case 4, 5, 7, 10, 11:
			list = t.appendField(list, f, int(count))
		case 9:
			list = t.appendRaw(list, f.body.data, int(count))
		}
	})
	if d.err != nil || len(list) != int(count) {
		return nil
	}
	return list
}

// appendField appends elements of a repeated field, packed or one by one, until
// there is one more than most.
func (t *tensor) appendField(list []number, f field, most int) []number {
	if f.kind != protowire.BytesType {
		return append(list, t.element(f.number, f.bits))
	}
	for data := f.body.data; len(data) > 0 && len(list) <= most; {
		var bits uint64
		var n int
		switch f.number {
		case 4:
			var short uint32
			short, n = protowire.ConsumeFixed32(data)
			bits = uint64(short)
		case 10:
			bits, n = protowire.ConsumeFixed64(data)
		default:
			bits, n = protowire.ConsumeVarint(data)
		}
		if n < 0 {
			return nil
		}
		list, data = append(list, t.element(f.number, bits)), data[n:]
	}
	return list
}

func (t *tensor) element(field protowire.Number, bits uint64) number {
	switch field {
	case 4:
		return number{f: float64(math.Float32frombits(uint32(bits)))}
	case 10:
		return number{f: math.Float64frombits(bits)}
	}
	return number{i: int64(bits)}
}

// appendRaw appends elements of raw_data, which are little-endian.
func (t *tensor) appendRaw(list []number, data []byte, most int) []number {
	size := map[int64]int{tBool: 1, tUint8: 1, tInt8: 1, tUint16: 2, tInt16: 2, tInt32: 4, tUint32: 4, tFloat: 4, tInt64: 8, tUint64: 8, tDouble: 8}[t.dtype]
	if size == 0 || len(data) != most*size {
		return nil
	}
	for ; len(data) > 0; data = data[size:] {
		var x number
		switch t.dtype {
		case tBool, tUint8:
			x.i = int64(data[0])
		case tInt8:
			x.i = int64(int8(data[0]))
		case tUint16:
			x.i = int64(binary.LittleEndian.Uint16(data))
		case tInt16:
			x.i = int64(int16(binary.LittleEndian.Uint16(data)))
		case tInt32:
			x.i = int64(int32(binary.LittleEndian.Uint32(data)))
		case tUint32:
			x.i = int64(binary.LittleEndian.Uint32(data))
		case tInt64, tUint64:
			x.i = int64(binary.LittleEndian.Uint64(data))
		case tFloat:
			x.f = float64(math.Float32frombits(binary.LittleEndian.Uint32(data)))
		case tDouble:
			x.f = math.Float64frombits(binary.LittleEndian.Uint64(data))
		}
		list = append(list, x)
	}
	return list
}

const (
	largest  = 1_000_000_000 // of a dimension, and of a number that sizes are computed with
	elements = 1e15          // of a tensor
)

// checkDims says whether sizes can be computed with: their products then fit.
func checkDims(dims []int64) error {
	if len(dims) > maxRank {
		return fmt.Errorf("%d dimensions; at most %d are read", len(dims), maxRank)
	}
	all := 1.0
	for i, size := range dims {
		switch {
		case size < 0:
			return fmt.Errorf("dimension %d is negative: %d", i, size)
		case size > largest:
			return fmt.Errorf("dimension %d is %d; at most %d is read", i, size, int64(largest))
		}
		all *= float64(max(size, 1))
	}
	if all > elements {
		return fmt.Errorf("%.3g elements; at most %.0g are read", all, elements)
	}
	return nil
}

// product is that of sizes, of which [checkDims] approves.
func product(dims []int64) (int64, bool) {
	result := int64(1)
	for _, size := range dims {
		result *= size
	}
	return result, checkDims(dims) == nil
}

// volume is the number of elements, 0 if the sizes are not known.
func (v *value) volume() float64 {
	if !v.known {
		return 0
	}
	result := 1.0
	for _, size := range v.dims {
		result *= float64(size)
	}
	return result
}

// broadcast lays sizes over each other as NumPy does.
func broadcast(shapes ...[]int64) ([]int64, error) {
	rank := 0
	for _, s := range shapes {
		rank = max(rank, len(s))
	}
	out := make([]int64, rank)
	for i := range out {
		out[i] = 1
		for _, s := range shapes {
			at := i - (rank - len(s))
			switch {
			case at < 0 || s[at] == 1 || s[at] == out[i]:
			case out[i] == 1:
				out[i] = s[at]
			default:
				return nil, fmt.Errorf("sizes %s do not fit each other", times(shapes...))
			}
		}
	}
	return out, nil
}

// times writes sizes as messages show them.
func times(shapes ...[]int64) string {
	text := ""
	for i, s := range shapes {
		if i > 0 {
			text += " and "
		}
		if len(s) == 0 {
			text += "scalar"
		}
		for j, size := range s {
			if j > 0 {
				text += "×"
			}
			text += fmt.Sprint(size)
		}
	}
	return text
}
