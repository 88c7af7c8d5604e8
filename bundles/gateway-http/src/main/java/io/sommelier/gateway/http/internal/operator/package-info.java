/** What an operator reads and does. */
package io.sommelier.gateway.http.internal.operator;
