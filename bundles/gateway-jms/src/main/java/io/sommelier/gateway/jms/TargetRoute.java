package io.sommelier.gateway.jms;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.camel.SommelierHeaders;
import io.sommelier.spi.SettingsReader;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The route {@code sommelier.in.<target>}: a message of the queue becomes a command, what came of it the reply, and then the message is acknowledged. Its processors are
 * thread-safe. A message waits on its consumer's thread.
 */
final class TargetRoute extends RouteBuilder {
    /** A message that came so often is let go: nothing that is done with it succeeds. */
    static final int MOST_DELIVERIES = 5;

    private static final Logger LOG = LoggerFactory.getLogger(TargetRoute.class);
    private static final String REQUEST = "sommelier.jms.request";
    private static final String IS_SILENT = "sommelier.jms.silent";

    private final String targetId;
    private final Supplier<GatewaySettings> settings;
    private final ReplySender replies;
    private final Set<CompletableFuture<Void>> underWay;

    /** @param underWay where each message has a future while it is worked on; completing that cancels its command */
    TargetRoute(
            String targetId,
            Supplier<GatewaySettings> settings,
            ReplySender replies,
            Set<CompletableFuture<Void>> underWay) {
        this.targetId = targetId;
        this.settings = settings;
        this.replies = replies;
        this.underWay = underWay;
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        from("jms:queue:" + InQueues.of(targetId)
                        // acknowledged at the end of the route, and put back if that throws
                        + "?transacted=true&lazyCreateTransactionManager=false"
                        // the body stays the JMS message: nothing of it is deserialized
                        + "&mapJmsMessage=false&disableReplyTo=true&exchangePattern=InOut"
                        + "&concurrentConsumers=1&maxConcurrentConsumers="
                        + settings.get().consumers()
                        // what was taken when the route stops is worked on: put back, it would count as delivered
                        // before
                        + "&acceptMessagesWhileStopping=true&receiveTimeout=500&recoveryInterval=1000"
                        + "&errorHandlerLoggingLevel=DEBUG&errorHandlerLogStackTrace=false")
                .routeId(InQueues.of(targetId))
                .doTry()
                .process(this::request)
                .to("sommelier:*?maxBodyBytes=" + settings.get().maxBodyBytes())
                .doCatch(Exception.class)
                .end()
                .process(this::reply);
    }

    private void request(Exchange exchange) throws JMSException {
        ActiveMQMessage jms = (ActiveMQMessage) exchange.getIn().getBody();
        Request request = Request.of(jms, System.currentTimeMillis());
        exchange.setProperty(REQUEST, request);
        exchange.setMessage(new DefaultMessage(exchange));
        refuseWhatMayNotBeAnswered(exchange, request);
        boolean isIdempotent = flag(request, "idempotent");
        if (request.deliveries() > 1 && (!isIdempotent || request.deliveries() >= MOST_DELIVERIES)) {
            throw failure(
                    ErrorCode.ATTEMPTS_EXHAUSTED,
                    Outcome.UNKNOWN,
                    Stage.REPLY_WAIT,
                    "the message was delivered before, and its command may have been executed");
        }
        Message message = exchange.getMessage();
        message.setBody(body(jms));
        request.properties().forEach((name, value) -> {
            if (!name.startsWith(Request.OWN)) {
                message.setHeader(name, value);
            }
        });
        if (!request.contentType().isEmpty()) {
            message.setHeader(Exchange.CONTENT_TYPE, request.contentType());
        }
        message.setHeader(SommelierHeaders.TARGET, targetId);
        message.setHeader(SommelierHeaders.OPERATION, operation(request));
        message.setHeader(SommelierHeaders.TTL, ttl(request));
        message.setHeader(SommelierHeaders.IDEMPOTENT, isIdempotent);
        message.setHeader(SommelierHeaders.DURABLE, flag(request, "durable"));
        request.own("instance").ifPresent(value -> message.setHeader(SommelierHeaders.INSTANCE, value));
        request.own("idempotency_key").ifPresent(value -> message.setHeader(SommelierHeaders.IDEMPOTENCY_KEY, value));
        CompletableFuture<Void> gone = new CompletableFuture<>();
        exchange.setProperty(SommelierHeaders.GONE, gone);
        underWay.add(gone);
    }

    private static void refuseWhatMayNotBeAnswered(Exchange exchange, Request request) {
        if (request.deliveries() > MOST_DELIVERIES) {
            exchange.setProperty(IS_SILENT, true);
            LOG.warn("A message was delivered {} times and is let go without an answer", request.deliveries());
            throw failure(ErrorCode.ATTEMPTS_EXHAUSTED, Outcome.UNKNOWN, Stage.REPLY_WAIT, "delivered too often");
        }
        Optional<String> refusal =
                request.replyTo().map(ActiveMQDestination::getAddress).flatMap(InQueues::refusal);
        if (refusal.isPresent()) {
            exchange.setProperty(IS_SILENT, true);
            LOG.warn("A message is let go, and nothing was executed: {}", refusal.get());
            throw failure(ErrorCode.FORBIDDEN, Outcome.REFUSED, Stage.INGRESS, refusal.get());
        }
    }

    private Object body(ActiveMQMessage jms) throws JMSException {
        if (jms instanceof TextMessage text) {
            return text.getText();
        }
        if (jms instanceof BytesMessage bytes) {
            int most = settings.get().maxBodyBytes();
            if (bytes.getBodyLength() > most) {
                throw failure(
                        ErrorCode.PAYLOAD_TOO_LARGE,
                        Outcome.REFUSED,
                        Stage.INGRESS,
                        "the body has more than " + most + " bytes");
            }
            byte[] content = new byte[(int) bytes.getBodyLength()];
            bytes.readBytes(content);
            return content;
        }
        if (jms.getClass() == ActiveMQMessage.class) {
            return Payload.empty();
        }
        throw invalid("the message is neither a text nor bytes");
    }

    private static String operation(Request request) {
        String operation = request.own("operation").orElse(request.jmsType());
        if (operation.isEmpty()) {
            throw invalid("the message names no operation: set the property sommelier_operation, or the type");
        }
        return operation;
    }

    /** The shorter one of what the message says in its two ways. */
    private Duration ttl(Request request) {
        Optional<Duration> said = request.own("ttl").map(TargetRoute::time);
        Duration ttl = said.orElseGet(() -> request.left().orElse(settings.get().defaultTtl()));
        if (request.left().isPresent() && request.left().get().compareTo(ttl) < 0) {
            ttl = request.left().get();
        }
        if (ttl.isNegative() || ttl.isZero()) {
            throw failure(ErrorCode.EXPIRED, Outcome.NOT_SENT, Stage.INGRESS, "the message had expired when it came");
        }
        return ttl.compareTo(Command.MAX_TTL) > 0 ? Command.MAX_TTL : ttl;
    }

    private static Duration time(String text) {
        try {
            return SettingsReader.parseDuration(text.trim());
        } catch (IllegalArgumentException e) {
            throw invalid("sommelier_ttl: " + e.getMessage());
        }
    }

    private static boolean flag(Request request, String name) {
        String value = request.own(name).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw invalid("sommelier_" + name + " = " + value + " (allowed: true or false)");
        }
        return value.equals("true");
    }

    private static CommandException invalid(String message) {
        return failure(ErrorCode.INVALID_COMMAND, Outcome.REFUSED, Stage.INGRESS, message);
    }

    private static CommandException failure(ErrorCode code, Outcome outcome, Stage stage, String message) {
        return new CommandException(CommandError.of(code, outcome, stage, message));
    }

    /** What is thrown here puts the message back. */
    private void reply(Exchange exchange) throws JMSException {
        Object gone = exchange.getProperty(SommelierHeaders.GONE);
        try {
            Request request = exchange.getProperty(REQUEST, Request.class);
            Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
            if (request == null) {
                LOG.warn("A message cannot be read and is let go: {}", String.valueOf(failure));
                return;
            }
            if (exchange.getProperty(IS_SILENT, false, Boolean.class)) {
                return;
            }
            ReplyContent content = failure == null
                    ? ReplyContent.of(exchange, request.properties().keySet())
                    : ReplyContent.of(exchange, CommandException.of(failure));
            replies.send(request, content, settings.get().replyKeep());
        } finally {
            if (gone != null) {
                underWay.remove(gone);
            }
        }
    }
}
