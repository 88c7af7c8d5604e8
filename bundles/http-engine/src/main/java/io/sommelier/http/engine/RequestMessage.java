package io.sommelier.http.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Puts a request into a message, with the header names of camel-platform-http: what it was asked by (CamelHttp…), the
 * parameters of the query, its headers, the variables of the path; what comes later wins. Names that Camel keeps for
 * itself are dropped, since a client could steer a route by them. Confined to the event loop of its connection.
 */
final class RequestMessage {
    private final RequestHead head;
    private final RequestTarget target;
    private final List<Object> received = new ArrayList<>(16);

    RequestMessage(RequestHead head, RequestTarget target) {
        this.head = head;
        this.target = target;
    }

    void fill(Exchange exchange, HeaderFilterStrategy filter, Map<String, String> variables, String scheme) {
        Message message = exchange.getIn();
        Map<String, Object> headers = message.getHeaders();
        HeaderFilterStrategy own = isStock(filter) ? null : filter;
        target.parameters()
                .forEach((name, values) ->
                        put(headers, exchange, own, name, values.size() == 1 ? values.get(0) : List.copyOf(values)));
        var seen = new HashSet<String>();
        for (Map.Entry<String, String> header : head.headers()) {
            String name = header.getKey();
            if (seen.add(name.toLowerCase(Locale.ROOT))) {
                put(headers, exchange, own, name, header.getValue());
            } else {
                put(headers, exchange, own, name, head.headers().getAll(name));
            }
        }
        variables.forEach((name, value) -> put(headers, exchange, own, name, value));
        headers.put(Exchange.HTTP_METHOD, head.method());
        headers.put(Exchange.HTTP_PATH, target.path());
        headers.put(Exchange.HTTP_URI, target.rawPath());
        headers.put(Exchange.HTTP_URL, scheme + "://" + head.headers().get("Host", "") + target.rawPath());
        if (target.rawQuery() != null) {
            headers.put(Exchange.HTTP_QUERY, target.rawQuery());
            headers.put(Exchange.HTTP_RAW_QUERY, target.rawQuery());
        }
    }

    /** Whether a value is the very one that came with the request, and was not set by the route. */
    boolean isReceived(Object value) {
        for (Object mine : received) {
            if (mine == value) {
                return true;
            }
        }
        return false;
    }

    /** A name that Camel gives a meaning to. */
    static boolean isCamels(String name) {
        return name.regionMatches(true, 0, "camel", 0, 5) || name.regionMatches(true, 0, "org.apache.camel.", 0, 17);
    }

    /** Whether a filter is one of Camel's own, in whose place the engine has rules of its own. */
    static boolean isStock(HeaderFilterStrategy filter) {
        return filter == null || filter.getClass().getName().startsWith("org.apache.camel.");
    }

    private void put(
            Map<String, Object> headers, Exchange exchange, HeaderFilterStrategy own, String name, Object value) {
        if (!isCamels(name) && (own == null || !own.applyFilterToExternalHeaders(name, value, exchange))) {
            headers.put(name, value);
            received.add(value);
        }
    }
}
