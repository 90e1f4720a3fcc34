// Package digital is the scalar machine (SISD): one instruction stream, in
// order, against a memory hierarchy; with lanes, one of vectors (SIMD).
//
//	cycles = instructions · CyclesPerInstruction + Σ loads ⌈latency of the level that serves⌉
//
// # Loops
//
// Three loops, l, m and n, in any order; around them, in the same order, three
// over tiles of each axis (a tile may be the whole axis, and the last one may be
// smaller). One passage of the innermost loop through a tile is a run. The
// operand that does not depend on the innermost axis stays in a register over
// the run:
//
//	innermost   a run begins     each step                                      a run ends
//	n           load sum*        load x, load w, multiply, add, loop            add up lanes, store sum
//	m           load x           load w, multiply, add, load sum*, store, loop
//	l           load w           load x, multiply, add, load sum*, store, loop
//	                             * unless n starts here, when the sum is zero
//
// with LoopInstructions × loop, and one more instruction to activate a finished
// sum, if the kernel asks for it. A finished sum is stored as an output, of
// OutputBits; a partial one has InputBits + WeightBits + ⌈log2 N⌉ bits. What an
// instruction does, besides being issued:
//
//	instruction   register reads              writes     ALU
//	load          1 (address)                 1 a lane   –
//	multiply      2 a lane; 1 + 1 a lane if   1 a lane   1 multiply a lane
//	              one stays in a register
//	add           2 a lane                    1 a lane   1 add a lane
//	loop          1                           1          1 add (an index or a compare)
//	store         1 (address) + 1 a lane      0          –
//	activate      2 a lane (sum, scale)       1 a lane   1 activation a lane
//
// The groups of a kernel are products that follow one another; none finds a line
// of another's.
//
// What is computed beside the products takes an add for a step of arithmetic, and
// a load and a store for each number that it reads and writes, with up to Lanes of
// them in one instruction. The numbers are where a level holds all outputs, and come
// and go line by line.
//
// A step does up to Lanes multiply-accumulates along an innermost n or m, as
// vectors; the last step of a run, as many as are left. With n innermost the
// lanes are added up at the end of a run, in ⌈log2 lanes⌉ instructions of
// lanes − 1 additions altogether. With l innermost a step is of one lane: x is
// not contiguous along l. An instruction costs as much to issue for vectors as
// for scalars.
//
// # Memory
//
// Every level is fully associative with LRU replacement and sees every use of a
// line, so a use is served by the first level whose lines outnumber the distinct
// other lines used since the line's own last use (its stack distance). Words are
// operands rounded up to bytes. x is stored by rows of N and the sums by rows of
// M; w, which is laid out offline, along the inner one of n and m. Each row
// starts on a line. The distances have a closed form, derived at reuse, and a
// simulated cache agrees with it count for count.
//
// A line's first use in a kernel is compulsory. It is served by the first level
// that can hold all distinct inputs, or, for w, the weights of the whole model (the steady
// state over inferences); if w is itself an activation, all of the kernel's w.
//
// Where windows of a convolution share inputs (see [workload.Window]), x is a matrix
// only as the loops go through it: what windows share is in memory once. So only as
// many of its lines come first as distinct inputs take, and the first use of the others
// is served by the first level that can hold a window's rows: ahead of a vector's share,
// behind it, and the share. Which lines those are does not matter; they are the last to
// be used.
//
//	a use served by level k:
//	  level k > 0              ⌈line / access bits⌉ accesses "line-read"
//	  every level i < k        ⌈line / access bits⌉ accesses "line-fill"
//	  the innermost level      ⌈lanes · word / access bits⌉ accesses "load" or "store"
//
// On its way in a line is forwarded: a level in between writes it once and does
// not read it back. A vector that lies in several lines is several uses, each
// with its wait, and moves its words at once.
//
// # Stores
//
// With WriteAllocate a store is a use like a load, without a wait. The first one
// of a line brings nothing: there is no sum yet. It makes the line dirty, and
//
//	a dirty line that leaves level i     ⌈line / access bits⌉ accesses "write-back" of level i, "line-write" of level i + 1
//
// if it comes back, or if level i is above the first one that can hold all sums,
// where the next kernel finds them. What leaves that level or one below it for
// good costs nothing: there is room for it.
//
// Without WriteAllocate sums are not cached. A store costs ⌈lanes · word /
// access bits⌉ accesses of the first level that can hold all sums, and no wait;
// a load of a partial sum as many, and its wait.
//
// Looking up a level that misses, clearing the sum, broadcasting a scalar to
// lanes and the outer loops cost nothing. Where there was a choice, it favours
// this machine: a baseline must not be handicapped. A flat memory is a hierarchy
// of its last level alone.
//
// # Choosing loops
//
// With Order "auto" each kernel is gone through as takes the least energy of a
// finite set of candidates, and of those the fewest cycles: all six orders,
// whole and in tiles that fit the caches, with stores through the caches or
// around them (see candidates). Counting a candidate is cheap, so all that could
// be the least are counted.
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
//
// The core's figures stand in the config, or are Horowitz's (ISSCC 2014) scaled
// from 45 nm to its node: an instruction and a register access as published, a
// multiplication by the width of the kernel's operands, an addition of 32 bits.
package digital
