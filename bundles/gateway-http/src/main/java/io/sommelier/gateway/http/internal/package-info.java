/** What requests and replies share. */
package io.sommelier.gateway.http.internal;
