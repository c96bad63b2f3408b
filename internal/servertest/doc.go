// Package servertest compares what the product says with what servers do that others wrote: moto as a store of nearly
// every S3 configuration, versitygw as a server that enforces bucket policies. Its tests have the build tag servers; run
// them with `make test-servers`.
//
// A verdict is never adapted to a server. What a server gets wrong stands in testdata/servers/NAME.yaml with the
// version and the source, is set aside before the run, and fails the run when it no longer happens.
package servertest
