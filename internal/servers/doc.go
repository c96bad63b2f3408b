// Package servers starts third-party servers for tests, so that the product meets code that it did not write:
// moto and versitygw (S3), Azurite (Azure Blob), fake-gcs-server (GCS) and nginx (web).
//
// It exists with the build tag servers alone. `make test-servers` installs the servers at the versions pinned in
// .ci/versions and .ci/servers and runs the tests. A server that is missing or does not start fails the test: it is
// never skipped. What each server gets wrong stands in testdata/servers as data.
package servers
