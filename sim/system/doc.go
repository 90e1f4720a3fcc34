// Package system turns a config into machines, runs the workload on each, and
// gathers what they found.
//
//	energy per inference = energy of a steady pass / batch + one-time programming / inferences
//
// Machines run side by side, each on an engine of its own, so the result is the
// same at any number of workers.
package system
