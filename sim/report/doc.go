// Package report writes results for people and for programs.
//
//	share of a category = its joules / joules of the pass
//	ratio to the scalar machine = joules per inference / joules per inference there
//
// Text, Markdown and HTML are one page in three notations: every column (in the
// comparison, every row) has one SI prefix, numbers have three significant
// digits. JSON and CSV carry every digit, and so do the cells of HTML, whose tables
// sort by them. An HTML file loads nothing, and what stands in names is never markup;
// its sections, of a run and of a study, are a list each. An explanation writes each derivation
// out once and refers to it from then on; its lines keep their layout, in
// Markdown as code. A result that holds NaN or ±Inf is an error in all formats,
// and nothing is written.
package report
