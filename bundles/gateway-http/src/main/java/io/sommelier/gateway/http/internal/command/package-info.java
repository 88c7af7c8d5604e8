/** Commands under way, and replies that are kept. */
package io.sommelier.gateway.http.internal.command;
