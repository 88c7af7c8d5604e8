package io.sommelier.camel;

/**
 * The message headers and exchange properties of the component.
 *
 * <p>The headers begin with {@code Camel}, which no transport of Camel takes in from outside or gives away: whoever
 * sends a request to a route cannot direct its commands elsewhere.
 */
public final class SommelierHeaders {
    /** The target, in place of that of the endpoint. */
    public static final String TARGET = "CamelSommelierTarget";

    /** The operation, in place of that of the endpoint. */
    public static final String OPERATION = "CamelSommelierOperation";

    /** The one instance of the target that is meant, in place of that of the endpoint; empty for any. */
    public static final String INSTANCE = "CamelSommelierInstance";

    /** The time to live: a {@code Duration}, a number of milliseconds, or a text such as {@code 250ms}, {@code 5s}, {@code 2m}, {@code 1h}. */
    public static final String TTL = "CamelSommelierTtl";

    /** Whether the command is durable: {@code true} or {@code false}. */
    public static final String DURABLE = "CamelSommelierDurable";

    /** Whether the command may safely run twice: {@code true} or {@code false}. */
    public static final String IDEMPOTENT = "CamelSommelierIdempotent";

    /** The key under which the command must take effect once. */
    public static final String IDEMPOTENCY_KEY = "CamelSommelierIdempotencyKey";

    /** The id of the command: a {@code CommandId} or its text. */
    public static final String COMMAND_ID = "CamelSommelierCommandId";

    /** On a reply: the id of the command, as a text. */
    public static final String REPLY_COMMAND_ID = "CamelSommelierReplyCommandId";

    /**
     * On a reply: the HTTP status that the worker suggests, an {@code Integer}; absent where it suggests none. A route
     * that serves commands suggests one by it, 200 to 599.
     */
    public static final String REPLY_STATUS = "CamelSommelierReplyStatus";

    /** On a reply that was gathered: the number of its DATA parts, a {@code Long}; 0 for a single answer. */
    public static final String REPLY_PARTS = "CamelSommelierReplyParts";

    /** On a command that a route serves: its target. */
    public static final String RECEIVED_TARGET = "CamelSommelierReceivedTarget";

    /** On a command that a route serves: its operation. */
    public static final String RECEIVED_OPERATION = "CamelSommelierReceivedOperation";

    /** On a command that a route serves: its id, as a text. */
    public static final String RECEIVED_COMMAND_ID = "CamelSommelierReceivedCommandId";

    /** On a command that a route serves: the instance id of the connector that sent it, or empty. */
    public static final String RECEIVED_SOURCE = "CamelSommelierReceivedSource";

    /** On a command that a route serves: the name that the controller knows the caller by, or empty. */
    public static final String RECEIVED_PRINCIPAL = "CamelSommelierReceivedPrincipal";

    /** On a command that a route serves: how often it was handed to a member, an {@code Integer}, 1 for the first. */
    public static final String RECEIVED_ATTEMPT = "CamelSommelierReceivedAttempt";

    /** The W3C trace context of a command, under its own name. */
    public static final String TRACEPARENT = "traceparent";

    /**
     * Exchange property: a {@code CompletionStage} that completes when nobody waits for the answer any more; the commands that the
     * exchange has under way are cancelled then. A route that serves commands has it: it completes when the command
     * ended without the route. A route may set one of its own.
     */
    public static final String GONE = "sommelier.gone";

    /** Exchange property: the same, as the HTTP engine sets it; used where there is no {@link #GONE}. */
    public static final String HTTP_GONE = "sommelier.http.gone";

    /**
     * Exchange property of a route that serves commands: the {@link io.sommelier.api.Invocation}, which tells the time
     * that remains. What the route sends to other targets is given no longer.
     */
    public static final String INVOCATION = "sommelier.invocation";

    /** Exchange property: the {@link io.sommelier.api.Call} that the exchange sent last. */
    public static final String CALL = "sommelier.call";

    /** Exchange property: the failure of a command that the exchange sent, which is not the route's own. */
    static final String FAILURE = "sommelier.failure";

    private SommelierHeaders() {}
}
