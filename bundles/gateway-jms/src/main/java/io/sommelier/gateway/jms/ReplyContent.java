package io.sommelier.gateway.jms;

import io.sommelier.api.Call;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.camel.SommelierHeaderFilter;
import io.sommelier.camel.SommelierHeaders;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What a reply says, whatever protocol it goes by. Immutable.
 *
 * @param bytes the body
 * @param contentType its media type, or empty
 * @param properties the properties, by names that JMS allows
 */
record ReplyContent(byte[] bytes, String contentType, Map<String, Object> properties) {
    private static final SommelierHeaderFilter FILTER = new SommelierHeaderFilter();

    /** @param requested the headers that the command had: they do not come back */
    static ReplyContent of(Exchange exchange, Set<String> requested) {
        Message message = exchange.getMessage();
        Map<String, Object> properties = new LinkedHashMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (value != null
                    && !requested.contains(name)
                    && !FILTER.applyFilterToCamelHeaders(name, value, exchange)
                    && !name.startsWith(Request.OWN)) {
                properties.put(PropertyNames.toProperty(name), value.toString());
            }
        });
        Object id = message.getHeader(SommelierHeaders.REPLY_COMMAND_ID);
        if (id != null) {
            properties.put(Request.OWN + "command_id", id.toString());
        }
        Integer status = message.getHeader(SommelierHeaders.REPLY_STATUS, Integer.class);
        if (status != null) {
            properties.put(Request.OWN + "status", status);
        }
        String contentType = message.getHeader(Exchange.CONTENT_TYPE, "", String.class);
        byte[] bytes = message.getBody(byte[].class);
        return new ReplyContent(bytes == null ? new byte[0] : bytes, contentType, properties);
    }

    static ReplyContent of(Exchange exchange, CommandException failure) {
        CommandError error = failure.error();
        Call call = exchange.getProperty(SommelierHeaders.CALL, Call.class);
        String id = call == null ? "" : call.id().toString();
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put(Request.OWN + "code", error.code().name());
        properties.put(Request.OWN + "outcome", error.outcome().name());
        properties.put(Request.OWN + "retryable", error.retryable());
        properties.put(Request.OWN + "stage", error.stage().name());
        properties.put(Request.OWN + "message", error.message());
        if (!id.isEmpty()) {
            properties.put(Request.OWN + "command_id", id);
        }
        byte[] json = ProblemJson.of(error, id, failure.part()).getBytes(StandardCharsets.UTF_8);
        return new ReplyContent(json, ProblemJson.TYPE, properties);
    }
}
