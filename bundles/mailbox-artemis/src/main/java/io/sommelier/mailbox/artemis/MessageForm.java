package io.sommelier.mailbox.artemis;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.Headers;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;

/**
 * A command as a message of the broker: the payload is the body, all else are properties. The README has the table. What is empty is left out, and a property that is not
 * known is not looked at, so that later minor changes need no new version. Stateless.
 */
final class MessageForm {
    static final byte VERSION = 1;

    static final SimpleString FORM = SimpleString.of("sommelier_form");
    static final SimpleString ID = SimpleString.of("sommelier_id");
    private static final SimpleString OPERATION = SimpleString.of("sommelier_operation");
    private static final SimpleString TARGET = SimpleString.of("sommelier_target");
    private static final SimpleString INSTANCE = SimpleString.of("sommelier_instance");
    private static final SimpleString REMAINING = SimpleString.of("sommelier_remaining");
    private static final SimpleString SOURCE = SimpleString.of("sommelier_source");
    private static final SimpleString PRINCIPAL = SimpleString.of("sommelier_principal");
    private static final SimpleString CONTROLLER = SimpleString.of("sommelier_controller");
    private static final SimpleString ATTEMPT = SimpleString.of("sommelier_attempt");
    private static final SimpleString FLAGS = SimpleString.of("sommelier_flags");
    private static final SimpleString CONTENT_TYPE = SimpleString.of("sommelier_content_type");
    private static final SimpleString KEY = SimpleString.of("sommelier_idempotency_key");
    private static final SimpleString TRACE = SimpleString.of("sommelier_traceparent");
    private static final SimpleString REPLAY_OF = SimpleString.of("sommelier_replay_of");
    private static final SimpleString HEADERS = SimpleString.of("sommelier_headers");
    private static final SimpleString HOPS = SimpleString.of("sommelier_hops");

    static final SimpleString DEAD_REASON = SimpleString.of("sommelier_dead_reason");
    static final SimpleString DEAD_ADDRESS = SimpleString.of("sommelier_dead_address");
    private static final SimpleString DEAD_CODE = SimpleString.of("sommelier_dead_code");
    private static final SimpleString DEAD_OUTCOME = SimpleString.of("sommelier_dead_outcome");
    private static final SimpleString DEAD_STAGE = SimpleString.of("sommelier_dead_stage");

    private static final int ID_BYTES = 16;
    private static final int DURABLE = 1;
    private static final int IDEMPOTENT = 2;

    private MessageForm() {}

    /**
     * What a message says.
     *
     * @param command with the time to live that it had when the broker took it
     * @param origin where it comes from
     */
    record Content(Command command, Mailbox.Origin origin) {}

    static void write(Command command, Mailbox.Origin origin, long remainingNanos, ClientMessage message) {
        message.putByteProperty(FORM, VERSION);
        message.putBytesProperty(ID, bytes(command.id()));
        putText(message, OPERATION, command.operation());
        putText(message, TARGET, command.target().targetId());
        putText(message, INSTANCE, command.target().instance());
        message.putLongProperty(REMAINING, remainingNanos);
        putText(message, SOURCE, origin.source());
        putText(message, PRINCIPAL, origin.principal());
        putText(message, CONTROLLER, origin.controllerId());
        message.putIntProperty(ATTEMPT, origin.attempt());
        message.putByteProperty(
                FLAGS, (byte) ((command.durable() ? DURABLE : 0) | (command.idempotent() ? IDEMPOTENT : 0)));
        putText(message, CONTENT_TYPE, command.contentType());
        putText(message, KEY, command.idempotencyKey());
        putText(message, TRACE, command.traceparent());
        if (command.hops() > 0) {
            message.putIntProperty(HOPS, command.hops());
        }
        command.replayOf().ifPresent(id -> message.putBytesProperty(REPLAY_OF, bytes(id)));
        if (!command.headers().isEmpty()) {
            message.putBytesProperty(HEADERS, bytes(command.headers()));
        }
        if (!command.payload().isEmpty()) {
            message.getBodyBuffer().writeBytes(command.payload().view());
        }
    }

    /** Adds why a command was given up, and where it waited. */
    static void writeEnd(String address, CommandError why, ClientMessage message) {
        message.putStringProperty(DEAD_REASON, SimpleString.of(why.message()));
        message.putStringProperty(DEAD_CODE, SimpleString.of(why.code().name()));
        message.putStringProperty(DEAD_OUTCOME, SimpleString.of(why.outcome().name()));
        message.putStringProperty(DEAD_STAGE, SimpleString.of(why.stage().name()));
        message.putStringProperty(DEAD_ADDRESS, SimpleString.of(address));
    }

    static void putText(ClientMessage message, SimpleString name, String text) {
        if (!text.isEmpty()) {
            message.putStringProperty(name, SimpleString.of(text));
        }
    }

    static byte[] bytes(CommandId id) {
        return ByteBuffer.allocate(ID_BYTES)
                .putLong(id.high())
                .putLong(id.low())
                .array();
    }

    static byte[] bytes(Headers headers) {
        ByteBuffer block = ByteBuffer.allocate(headers.encodedSize());
        headers.copyBlockTo(block);
        return block.array();
    }

    /** The properties alone, without the body; for the identity of a message that came again. */
    static CommandId idOf(ClientMessage message) {
        byte[] id = message.getBytesProperty(ID);
        if (id == null || id.length != ID_BYTES) {
            throw new IllegalArgumentException("it has no command id of " + ID_BYTES + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(id);
        return new CommandId(buffer.getLong(), buffer.getLong());
    }

    /**
     * Reads a message. Blocks only for the body of a large one.
     *
     * @throws IllegalArgumentException when it is no command of a known version, saying why
     * @throws ActiveMQException when the body did not arrive
     */
    static Content read(ClientMessage message) throws ActiveMQException {
        Object form = message.getObjectProperty(FORM);
        if (!(form instanceof Byte version) || version != VERSION) {
            throw new IllegalArgumentException("its form is " + form + ", known is " + VERSION);
        }
        try {
            byte flags = message.getByteProperty(FLAGS);
            Target target = new Target(text(message, TARGET), text(message, INSTANCE));
            Command.Builder builder = Command.to(target, text(message, OPERATION))
                    .id(idOf(message))
                    .remainingNanos(message.getLongProperty(REMAINING))
                    .contentType(text(message, CONTENT_TYPE))
                    .idempotencyKey(text(message, KEY))
                    .traceparent(text(message, TRACE))
                    .durable((flags & DURABLE) != 0)
                    .idempotent((flags & IDEMPOTENT) != 0)
                    .payload(body(message));
            if (message.containsProperty(HOPS)) {
                builder.hops(message.getIntProperty(HOPS));
            }
            byte[] replayOf = message.getBytesProperty(REPLAY_OF);
            if (replayOf != null) {
                ByteBuffer buffer = ByteBuffer.wrap(replayOf);
                builder.replayOf(new CommandId(buffer.getLong(), buffer.getLong()));
            }
            byte[] headers = message.getBytesProperty(HEADERS);
            if (headers != null) {
                builder.headers(Headers.ofBlock(ByteBuffer.wrap(headers)));
            }
            Mailbox.Origin origin = new Mailbox.Origin(
                    text(message, SOURCE),
                    text(message, PRINCIPAL),
                    text(message, CONTROLLER),
                    message.getIntProperty(ATTEMPT));
            return new Content(builder.build(), origin);
        } catch (ActiveMQException e) {
            throw e;
        } catch (RuntimeException e) { // a property is missing, or of another type
            throw new IllegalArgumentException("it is malformed: " + e.getMessage());
        }
    }

    static String text(ClientMessage message, SimpleString name) {
        SimpleString text = message.getSimpleStringProperty(name);
        return text == null ? "" : text.toString();
    }

    static Payload body(ClientMessage message) throws ActiveMQException {
        if (message.isLargeMessage()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            message.saveToOutputStream(out);
            return Payload.copyOf(out.toByteArray());
        }
        ActiveMQBuffer buffer = message.getBodyBuffer();
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return Payload.copyOf(bytes);
    }

    /** When the broker took the message, in milliseconds on its clock; 0 when it does not say. */
    static long ingressMillis(ClientMessage message) {
        Object stamp = message.getObjectProperty(Message.HDR_INGRESS_TIMESTAMP);
        return stamp instanceof Long millis ? millis : 0;
    }
}
