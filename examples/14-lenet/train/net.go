package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// plan is a network's sizes: an image of one channel, convolutions, each followed by a
// ReLU and a pooling, and fully connected layers, all but the last followed by a ReLU.
type plan struct {
	side     int // of the image
	filter   int // side of a convolution's
	channels []int
	widths   []int
}

// On arrays of 128×128 cells of two bits it takes few: 25, 200 and 256 rows.
var shape = plan{side: side, filter: 5, channels: []int{8, 16}, widths: []int{64, 10}}

const window = 2 // side of a pooling's, which is also its stride

// net is layers in their order.
type net []*layer

// layer is x·W + b of vectors that are windows of an image, or of one vector that is
// all of it. Images are place by place, the channels of a place side by side.
type layer struct {
	side, channels int // of the image that it takes
	filter         int // 0: fully connected
	n, m           int
	last           bool
	weights, bias  parameters
}

// parameters are learnt by Adam: two running moments of their gradient.
type parameters struct{ value, mean, square []float32 }

func newNet(p plan, random *rand.Rand) net {
	var all net
	side, channels := p.side, 1
	for _, m := range p.channels {
		all = append(all, newLayer(side, channels, p.filter, m, random))
		side, channels = (side-p.filter+1)/window, m
	}
	for _, m := range p.widths {
		all = append(all, newLayer(side, channels, 0, m, random))
		side, channels = 1, m
	}
	all[len(all)-1].last = true
	return all
}

// newLayer draws He-normal weights.
func newLayer(side, channels, filter, m int, random *rand.Rand) *layer {
	l := &layer{side: side, channels: channels, filter: filter, m: m}
	if l.n = filter * filter * channels; filter == 0 {
		l.n = side * side * channels
	}
	l.weights, l.bias = newParameters(l.n*m), newParameters(m)
	deviation := math.Sqrt(2 / float64(l.n))
	for j := range l.weights.value {
		l.weights.value[j] = float32(deviation * random.NormFloat64())
	}
	return l
}

func newParameters(n int) parameters {
	return parameters{make([]float32, n), make([]float32, n), make([]float32, n)}
}

func (net net) parameters() (count int) {
	for _, l := range net {
		count += len(l.weights.value) + len(l.bias.value)
	}
	return count
}

// out is the side of the image that a convolution gives, before it is pooled.
func (l *layer) out() int { return l.side - l.filter + 1 }

// pass is what a layer makes of some images, kept for the way back.
type pass struct {
	x        []float32 // vectors, n long
	y        []float32 // outputs, m long
	greatest []int32   // of each window of a pooling, the output; nil: there is none
	pooled   []float32
}

func (l *layer) forward(x []float32) *pass {
	p := &pass{x: x}
	if l.filter > 0 {
		p.x = l.windows(x)
	}
	rows := len(p.x) / l.n
	p.y = make([]float32, rows*l.m)
	for i := range rows {
		copy(p.y[i*l.m:], l.bias.value)
	}
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, matrix(rows, l.n, p.x), matrix(l.n, l.m, l.weights.value), 1, matrix(rows, l.m, p.y))
	if !l.last {
		for i, y := range p.y {
			p.y[i] = max(0, y)
		}
	}
	p.pooled = p.y
	if l.filter > 0 {
		l.pool(p)
	}
	return p
}

// windows are those of images, as vectors: place by place of the filter.
func (l *layer) windows(x []float32) []float32 {
	image, out := l.side*l.side*l.channels, l.out()
	run := l.filter * l.channels // that lies together
	list := make([]float32, 0, len(x)/image*out*out*l.n)
	for at := 0; at < len(x); at += image {
		for i := range out {
			for j := range out {
				for k := range l.filter {
					from := at + ((i+k)*l.side+j)*l.channels
					list = append(list, x[from:from+run]...)
				}
			}
		}
	}
	return list
}

// scatter adds what windows are to images.
func (l *layer) scatter(list []float32, images int) []float32 {
	image, out := l.side*l.side*l.channels, l.out()
	run := l.filter * l.channels
	x := make([]float32, images*image)
	for at := 0; at < len(x); at += image {
		for i := range out {
			for j := range out {
				for k := range l.filter {
					to := x[at+((i+k)*l.side+j)*l.channels:][:run]
					for c, value := range list[:run] {
						to[c] += value
					}
					list = list[run:]
				}
			}
		}
	}
	return x
}

// pool finds the greatest output of each window, channel by channel.
func (l *layer) pool(p *pass) {
	out := l.out()
	pooled := out / window
	image := out * out * l.m
	for at := 0; at < len(p.y); at += image {
		for i := range pooled {
			for j := range pooled {
				for c := range l.m {
					best := at + (i*window*out+j*window)*l.m + c
					for k := 1; k < window*window; k++ {
						if other := at + ((i*window+k/window)*out+j*window+k%window)*l.m + c; p.y[other] > p.y[best] {
							best = other
						}
					}
					p.greatest = append(p.greatest, int32(best))
				}
			}
		}
	}
	p.pooled = make([]float32, len(p.greatest))
	for i, from := range p.greatest {
		p.pooled[i] = p.y[from]
	}
}

// gradient is that of the loss by a layer's parameters.
type gradient struct{ weights, bias []float32 }

// backward gives the gradient, and that by the layer's inputs unless it is the first.
func (l *layer) backward(p *pass, delta []float32, images int, first bool) (g gradient, before []float32) {
	if p.greatest != nil {
		spread := make([]float32, len(p.y))
		for i, to := range p.greatest {
			spread[to] += delta[i]
		}
		delta = spread
	}
	if !l.last {
		for i, y := range p.y {
			if y == 0 { // the ReLU was off
				delta[i] = 0
			}
		}
	}
	rows := len(delta) / l.m
	g = gradient{make([]float32, l.n*l.m), make([]float32, l.m)}
	blas32.Gemm(blas.Trans, blas.NoTrans, 1, matrix(rows, l.n, p.x), matrix(rows, l.m, delta), 0, matrix(l.n, l.m, g.weights))
	for i, d := range delta {
		g.bias[i%l.m] += d
	}
	if first {
		return g, nil
	}
	before = make([]float32, rows*l.n)
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, matrix(rows, l.m, delta), matrix(l.n, l.m, l.weights.value), 0, matrix(rows, l.n, before))
	if l.filter > 0 {
		before = l.scatter(before, images)
	}
	return g, before
}

// gradients are those of the mean loss of a batch of so many images, of which these
// are a part; loss is the part's sum over the batch.
func (net net) gradients(x []float32, labels []uint8, batch int) (all []gradient, loss float64) {
	passes := make([]*pass, len(net))
	for k, l := range net {
		passes[k] = l.forward(x)
		x = passes[k].pooled
	}
	loss, delta := crossEntropy(x, labels, batch)
	all = make([]gradient, len(net))
	for k := len(net) - 1; k >= 0; k-- {
		all[k], delta = net[k].backward(passes[k], delta, len(labels), k == 0)
	}
	return all, loss
}

// crossEntropy is the loss of some images of a batch, and its gradient by the logits.
func crossEntropy(logits []float32, labels []uint8, batch int) (loss float64, gradient []float32) {
	classes := len(logits) / len(labels)
	gradient = make([]float32, len(logits))
	for i, label := range labels {
		z, g := logits[i*classes:][:classes], gradient[i*classes:][:classes]
		top, sum := float64(z[argmax(z)]), 0.0
		for j := range z {
			e := math.Exp(float64(z[j]) - top)
			g[j], sum = float32(e), sum+e
		}
		for j := range g {
			g[j] /= float32(sum) * float32(batch)
		}
		g[label] -= 1 / float32(batch)
		loss += (math.Log(sum) + top - float64(z[label])) / float64(batch)
	}
	return loss, gradient
}

func matrix(rows, cols int, data []float32) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// argmax is the first index of the greatest element.
func argmax(x []float32) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}
