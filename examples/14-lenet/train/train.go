package main

import (
	"math"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"
)

const (
	epochs      = 12
	batchSize   = 64
	partSize    = 16 // of a batch, whatever the number of processors
	firstRate   = 3e-3
	weightDecay = 0.02 // per unit of learning rate
)

// train fits a network to the data set, each image mirrored in half of the epochs; the
// learning rate falls along half a cosine to zero. The images that do not fill a last
// batch wait for the next epoch's order. Report gets the mean loss of each epoch.
func train(data *dataset, p plan, epochs int, seed uint64, report func(epoch int, loss float64)) net {
	random := rand.New(rand.NewPCG(seed, 0))
	net := newNet(p, random)
	perEpoch := data.len() / batchSize
	steps := epochs * perEpoch
	for epoch := range epochs {
		order, sum := random.Perm(data.len()), 0.0
		mirrored := make([]bool, len(order))
		for i := range mirrored {
			mirrored[i] = random.IntN(2) == 1
		}
		for i := range perEpoch {
			step := epoch*perEpoch + i
			rate := firstRate * (1 + math.Cos(math.Pi*float64(step)/float64(steps))) / 2
			from, to := i*batchSize, (i+1)*batchSize
			all, loss := net.batch(data, order[from:to], mirrored[from:to])
			for k, l := range net {
				l.weights.adam(all[k].weights, step+1, rate, weightDecay)
				l.bias.adam(all[k].bias, step+1, rate, 0)
			}
			sum += loss
		}
		report(epoch+1, sum/float64(perEpoch))
	}
	return net
}

// batch is the gradient of a batch, part by part, added in their order.
func (net net) batch(data *dataset, indices []int, mirrored []bool) (sum []gradient, loss float64) {
	parts := make([][]gradient, (len(indices)+partSize-1)/partSize)
	losses := make([]float64, len(parts))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range parts {
		from, to := i*partSize, min((i+1)*partSize, len(indices))
		group.Go(func() error {
			x, labels := data.batch(indices[from:to], mirrored[from:to])
			parts[i], losses[i] = net.gradients(x, labels, len(indices))
			return nil
		})
	}
	group.Wait()
	sum = parts[0]
	for i, part := range parts {
		loss += losses[i]
		for k := range part {
			if i > 0 {
				add(sum[k].weights, part[k].weights)
				add(sum[k].bias, part[k].bias)
			}
		}
	}
	return sum, loss
}

func add(to, x []float32) {
	for i := range to {
		to[i] += x[i]
	}
}

// Adam's moments forget at these rates (D. Kingma and J. Ba, "Adam: a method
// for stochastic optimization", ICLR 2015).
const (
	forgetMean   = 0.9
	forgetSquare = 0.999
	adamEpsilon  = 1e-8
)

// adam takes one step, the step-th from 1; decay shrinks the values beside it
// (I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR
// 2019).
func (p *parameters) adam(gradient []float32, step int, rate, decay float64) {
	t := float64(step)
	scale := float32(rate * math.Sqrt(1-math.Pow(forgetSquare, t)) / (1 - math.Pow(forgetMean, t)))
	keep := float32(1 - rate*decay)
	for i, g := range gradient {
		p.mean[i] += (1 - forgetMean) * (g - p.mean[i])
		p.square[i] += (1 - forgetSquare) * (g*g - p.square[i])
		root := float32(math.Sqrt(float64(p.square[i])))
		p.value[i] = keep*p.value[i] - scale*p.mean[i]/(root+adamEpsilon)
	}
}
