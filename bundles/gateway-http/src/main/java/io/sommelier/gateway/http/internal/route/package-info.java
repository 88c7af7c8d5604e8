/** What all routes of the gateway do alike. */
package io.sommelier.gateway.http.internal.route;
