// Package digital is the scalar machine (SISD): one instruction stream, in
// order, against a memory hierarchy.
//
//	per MAC:     load x, load w, multiply, add, LoopInstructions × loop
//	per output:  store, and activate if the kernel asks for it
//	cycles = instructions · CyclesPerInstruction + Σ loads ⌈latency of the level that serves⌉
//
// The reduction is the innermost loop, so the sum stays in a register. What
// an instruction does, besides being issued:
//
//	instruction   register reads     writes   ALU
//	load          1 (address)        1        –
//	multiply      2                  1        multiply
//	add           2                  1        add
//	loop          1                  1        add (an index or a compare)
//	store         2 (address, sum)   0        –
//	activate      2 (sum, scale)     1        activation
//
// # Memory
//
// Every level is fully associative with LRU replacement and sees every load,
// so a load is served by the first level whose lines outnumber the distinct
// other lines touched since the word's own line was (its stack distance).
// Words are operands rounded up to bytes. x is stored by rows of N and w by
// its M columns of N, each starting on a line. The distances have a closed
// form, derived at reuse, and a simulated cache agrees with it count for count.
//
// A line's first use in a kernel is compulsory. It is served by the first
// level that can hold all of x, or, for w, the weights of the whole model
// (the steady state over inferences); if w is itself an activation, all of
// this kernel's w.
//
//	a load served by level k:
//	  level k > 0              ⌈line / access bits⌉ accesses "line-read"
//	  every level i < k        ⌈line / access bits⌉ accesses "line-fill"
//	  the innermost level      ⌈word / access bits⌉ accesses "load"
//
// On its way in a line is forwarded: a level in between writes it once and
// does not read it back. A store costs ⌈word / access bits⌉ accesses of the
// first level that can hold the whole output, and no stall; it does not
// allocate. Looking up a level that misses, clearing the sum and the
// outer loops cost nothing. Where there was a choice, it favours this
// machine: a baseline must not be handicapped. A flat memory is a hierarchy
// of its last level alone.
//
// # Batch
//
// A batch runs kernel by kernel and multiplies L. If W is an activation, each
// input has its own, and the kernel is repeated instead.
//
// # Charges
//
//	joules of an account = count · figure, or Σ bits of the words counted · figure
//
// An account is opened with the figure that it is charged by and with what
// happens once for every count ([Charges]), so none is charged what cannot be
// explained. The systolic machine keeps its accounts in the same way.
package digital
