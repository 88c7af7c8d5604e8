/** Requests over HTTP, and the least server that can answer them. */
package io.sommelier.bench.http;
