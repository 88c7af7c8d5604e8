/** HTTP to commands. */
package io.sommelier.gateway.http;
