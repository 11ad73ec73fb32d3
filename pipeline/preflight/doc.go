// Package preflight finds what a purchase would fail of before anything is bought: what the account does not have,
// what its plan does not allow, and characters that no font of a film has.
package preflight
