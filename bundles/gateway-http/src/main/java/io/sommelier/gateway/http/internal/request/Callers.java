package io.sommelier.gateway.http.internal.request;

import org.apache.camel.Message;

/** The one place that says who sends a request. Thread-safe; it must not block. */
@FunctionalInterface
public interface Callers {
    /**
     * Nobody proves who he is: whoever reaches the loopback address is this machine, and its operator. A web page that this machine's browser shows
     * is not: {@link Origins} keeps those out.
     */
    Callers OF_THIS_MACHINE = request -> new Caller("", true);

    /**
     * Who sends it.
     *
     * @throws RequestRefusedException when nobody may send it
     */
    Caller callerOf(Message request);
}
