package report

import (
	"bytes"
	"encoding/json"
	"io"

	"xbar/sim/system"
)

// JSON writes a result as schema xbar.result/1.
func JSON(w io.Writer, r *system.Result) error { return writeJSON(w, r) }

// JSONArray writes results as an array of schema xbar.result/1.
func JSONArray(w io.Writer, results []*system.Result) error {
	if results == nil {
		results = []*system.Result{}
	}
	return writeJSON(w, results)
}

// LawsJSON writes the laws as schema xbar.laws/1.
func LawsJSON(w io.Writer, r *system.LawsResult) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, result any) error {
	if err := finite(result); err != nil {
		return err
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(result); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
