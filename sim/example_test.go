package sim_test

import (
	"context"
	"fmt"
	"math/big"

	"xbar/sim"
)

// pinger counts down, an event every three cycles.
type pinger struct {
	engine *sim.Engine
	self   sim.ComponentID
}

func (p *pinger) Handle(ev sim.Event) error {
	fmt.Printf("cycle %d: %s has %d left\n", ev.At, p.engine.Path(ev.To), ev.A)
	if ev.A > 0 {
		p.engine.Schedule(3, p.self, ev.Kind, ev.A-1, 0)
	}
	return nil
}

func Example() {
	e := sim.New()
	p := &pinger{engine: e}
	p.self = e.Register("chip/pinger", p)
	e.Schedule(0, p.self, 0, 2, 0)
	if err := e.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(e.Events(), "events")
	// Output:
	// cycle 0: chip/pinger has 2 left
	// cycle 3: chip/pinger has 1 left
	// cycle 6: chip/pinger has 0 left
	// 3 events
}

// Three conversions compete for two converters. The one with the largest key
// waits, although it asked first.
func ExampleResource() {
	e := sim.New()
	column := e.Register("array/column", handle(func(ev sim.Event) error {
		fmt.Printf("cycle %d: column %d converted\n", ev.At, ev.A)
		return nil
	}))
	adc := e.NewResource("array/adc", 2)
	for _, c := range []int64{2, 1, 0} {
		adc.Request(uint64(c), 10, column, 0, c, 0)
	}
	if err := e.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println("busy", adc.BusyCycles(), "waited", adc.Waited(), "queue", adc.MaxQueue())
	// Output:
	// cycle 10: column 0 converted
	// cycle 10: column 1 converted
	// cycle 20: column 2 converted
	// busy 30 waited 10 queue 1
}

func ExampleClock() {
	c, err := sim.NewClock(big.NewRat(2_500_000_000, 1))
	if err != nil {
		fmt.Println(err)
	}
	for _, ns := range []string{"1.2", "1.3"} {
		t, _ := new(big.Rat).SetString(ns + "e-9")
		n, err := c.Cycles(t)
		fmt.Printf("%s ns: %d cycles, %.1f ns lost, %v\n", ns, n, c.Rounding(t)*1e9, err)
	}
	// Output:
	// 1.2 ns: 3 cycles, 0.0 ns lost, <nil>
	// 1.3 ns: 4 cycles, 0.3 ns lost, <nil>
}
