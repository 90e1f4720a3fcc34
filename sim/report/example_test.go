package report_test

import (
	"fmt"
	"math"
	"os"

	"xbar/sim/report"
	"xbar/sim/system"
)

// CSV has a row for each number and all of its digits.
func ExampleLawsCSV() {
	result := &system.LawsResult{Laws: []system.Law{{
		ID: "mmm-L", X: "L", Slope: -1, SlopeTheory: -1, Holds: true,
		Points: []system.LawPoint{
			{X: 1, MeasuredJPerMAC: 1.6e-10, TheoryJPerMAC: 1.6e-10, TotalJPerMAC: 1.625e-10},
			{X: 2, MeasuredJPerMAC: 0.8e-10, TheoryJPerMAC: 0.8e-10, TotalJPerMAC: 0.825e-10},
		},
	}}}
	if err := report.LawsCSV(os.Stdout, result); err != nil {
		fmt.Println(err)
	}
	// Output:
	// law,x_is,x,measured_j_per_mac,theory_j_per_mac,total_j_per_mac,series
	// mmm-L,L,1,1.6e-10,1.6e-10,1.625e-10,
	// mmm-L,L,2,8e-11,8e-11,8.25e-11,
}

// A result with a hole in it is an error, and nothing is written.
func ExampleJSON() {
	result := &system.Result{Title: "a broken study", Machines: []system.Machine{{Name: "chip", EnergyJ: math.NaN()}}}
	fmt.Println(report.JSON(os.Stdout, result))
	// Output:
	// report: machines[0].energy_j is NaN, which is no result
}
