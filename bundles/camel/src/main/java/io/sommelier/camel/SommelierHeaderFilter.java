package io.sommelier.camel;

import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which headers go with a command and come with a reply: all but those of Camel and of JMS, those that concern one
 * connection, those that are fields of a command, and credentials. Immutable. The same in both directions.
 */
public final class SommelierHeaderFilter implements HeaderFilterStrategy {
    private static final Set<String> KEPT_BACK = Set.of(
            // of one connection, RFC 9110 section 7.6.1
            "connection",
            "content-length",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            // fields of a command
            "content-type",
            "traceparent",
            // a worker has no business with its caller's
            "authorization",
            "cookie",
            "set-cookie");

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return isKeptBack(name);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return isKeptBack(name);
    }

    private static boolean isKeptBack(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("camel")
                || lower.startsWith("org.apache.camel")
                || lower.startsWith("jms")
                || KEPT_BACK.contains(lower);
    }
}
