package main

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// encode writes the network as an ONNX model, by the field numbers of onnx.proto
// (github.com/onnx/onnx), for images of one channel in 0…1.
func (net net) encode(origin string) []byte {
	var g, weights []byte
	value := "image"
	node := func(operator, out string, inputs []string, attributes ...[]byte) {
		var n []byte
		for _, name := range inputs {
			n = text(n, 1, name)
		}
		n = text(text(text(n, 2, out), 3, out), 4, operator)
		for _, a := range attributes {
			n = message(n, 5, a)
		}
		g, value = message(g, 1, n), out
	}
	flat := false
	for k, l := range net {
		name := fmt.Sprintf("conv%d", k+1)
		if l.filter == 0 {
			if !flat {
				node("Flatten", "flat", []string{value})
				flat = true
			}
			name = fmt.Sprintf("fc%d", k+1)
		}
		w, b := name+".weight", name+".bias"
		if l.filter > 0 {
			weights = message(weights, 5, tensor(w, l.filters(), l.m, l.channels, l.filter, l.filter))
			node("Conv", name, []string{value, w, b}, integers("kernel_shape", l.filter, l.filter))
		} else {
			weights = message(weights, 5, tensor(w, l.rows(), l.n, l.m))
			node("Gemm", name, []string{value, w, b})
		}
		weights = message(weights, 5, tensor(b, l.bias.value, l.m))
		if !l.last {
			node("Relu", name+".relu", []string{value})
		}
		if l.filter > 0 {
			node("MaxPool", name+".pool", []string{value}, integers("kernel_shape", window, window), integers("strides", window, window))
		}
	}
	first, last := net[0], net[len(net)-1]
	g = text(g, 2, "lenet")
	g = append(g, weights...)
	g = message(g, 11, info("image", 1, first.channels, first.side, first.side))
	g = message(g, 12, info(value, 1, last.m))
	var m []byte
	m = number(m, 1, 8) // of the format, in which opset 13 may stand
	m = text(text(m, 2, "xbar"), 6, origin)
	m = message(m, 7, g)
	return message(m, 8, number(text(nil, 1, ""), 2, 13))
}

// filters are the weights as ONNX has them: filter by filter, channel by channel.
func (l *layer) filters() (list []float32) {
	for j := range l.m {
		for c := range l.channels {
			for place := range l.filter * l.filter {
				list = append(list, l.weights.value[(place*l.channels+c)*l.m+j])
			}
		}
	}
	return list
}

// rows are the weights for inputs that are channel by channel.
func (l *layer) rows() (list []float32) {
	for c := range l.channels {
		for place := range l.side * l.side {
			list = append(list, l.weights.value[(place*l.channels+c)*l.m:][:l.m]...)
		}
	}
	return list
}

func tensor(name string, values []float32, dims ...int) (t []byte) {
	for _, size := range dims {
		t = number(t, 1, size)
	}
	t = text(number(t, 2, 1), 8, name) // floats
	raw := make([]byte, 0, 4*len(values))
	for _, x := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return message(t, 9, raw)
}

// info is a value's name and sizes.
func info(name string, dims ...int) []byte {
	var shape []byte
	for _, size := range dims {
		shape = message(shape, 1, number(nil, 1, size))
	}
	kind := message(number(nil, 1, 1), 2, shape)
	return message(text(nil, 1, name), 2, message(nil, 1, kind))
}

func integers(name string, values ...int) []byte {
	a := text(nil, 1, name)
	for _, x := range values {
		a = number(a, 8, x)
	}
	return number(a, 20, 7) // a list of integers
}

func message(to []byte, field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), content)
}

func text(to []byte, field protowire.Number, s string) []byte { return message(to, field, []byte(s)) }

func number(to []byte, field protowire.Number, x int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, field, protowire.VarintType), uint64(x))
}
