package awss3

import (
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"
)

// TestLimitBeginsWithTheConnection: a request that waits for its turn in the transport is not slow.
func TestLimitBeginsWithTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempt, end := limited(t.Context(), time.Second)
		<-time.After(time.Hour)
		if attempt.Err() != nil {
			t.Error("the limit ran while the request waited")
		}
		httptrace.ContextClientTrace(attempt).GetConn("acme.s3.us-east-1.amazonaws.com:443")
		<-time.After(900 * time.Millisecond)
		if attempt.Err() != nil {
			t.Error("the limit is too short")
		}
		<-time.After(200 * time.Millisecond)
		if attempt.Err() == nil || !end() {
			t.Error("the limit does not end the attempt")
		}
	})
}

func TestLimitEndsWithTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempt, end := limited(t.Context(), time.Second)
		trace := httptrace.ContextClientTrace(attempt)
		trace.GetConn("host")
		if end() {
			t.Error("a quick attempt is called slow")
		}
		trace.GetConn("host") // a connection that was still being made
		<-time.After(time.Minute)
		if end() {
			t.Error("the limit ran on after the attempt")
		}
	})
}
