// Package slurm has the tasks of a Slurm job array do work that is done in parts.
//
//	task i of n is done when nothing of part i is left
//
// What Slurm says of a task decides only how long it is waited for: its accounting may be
// off, and a task that it calls complete may have been cut off. Whether a part is done is
// asked where the work is kept. A task that ends early is submitted again, unless it has
// come to nothing three times in a row.
//
// The jobs of an array bear its name, by which whoever asks for the same work finds them:
// nothing else has to be kept, and what waits for an array can be stopped and started
// again.
package slurm
