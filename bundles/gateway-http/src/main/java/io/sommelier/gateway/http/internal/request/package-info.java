/** What a request says: who sends it, which command it is, and how its reply is wanted. */
package io.sommelier.gateway.http.internal.request;
