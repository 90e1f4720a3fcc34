package main

import (
	"math"
	"math/rand/v2"
)

const (
	epochs      = 20
	batchSize   = 128
	firstRate   = 1e-3
	weightDecay = 0.1 // per unit of learning rate
)

// train fits a network to the data set; the learning rate falls along half a
// cosine to zero. The images that do not fill a last batch wait for the next
// epoch's order. Report gets the mean loss of each epoch.
func train(data *dataset, widths []int, epochs int, seed uint64, report func(epoch int, loss float64)) mlp {
	random := rand.New(rand.NewPCG(seed, 0))
	net := newMLP(widths, random)
	perEpoch := data.len() / batchSize
	steps := epochs * perEpoch
	for epoch := range epochs {
		order, loss := random.Perm(data.len()), 0.0
		for i := range perEpoch {
			step := epoch*perEpoch + i
			rate := firstRate * (1 + math.Cos(math.Pi*float64(step)/float64(steps))) / 2
			x, labels := data.batch(order[i*batchSize : (i+1)*batchSize])
			outputs := net.forward(x)
			l, delta := crossEntropy(outputs[len(net)-1], labels)
			net.backward(x, outputs, delta)
			net.update(step+1, rate)
			loss += l
		}
		report(epoch+1, loss/float64(perEpoch))
	}
	return net
}

func (net mlp) update(step int, rate float64) {
	for _, l := range net {
		l.weights.adam(step, rate, weightDecay)
		l.bias.adam(step, rate, 0)
	}
}

// correct counts the images whose greatest logit is their label's.
func (net mlp) correct(data *dataset) int {
	right := 0
	for _, indices := range data.batches() {
		x, labels := data.batch(indices)
		logits := net.forward(x)[len(net)-1]
		for i, label := range labels {
			if argmax(row(logits, i)) == int(label) {
				right++
			}
		}
	}
	return right
}
