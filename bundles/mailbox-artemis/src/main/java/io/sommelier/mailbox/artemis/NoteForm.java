package io.sommelier.mailbox.artemis;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Note;
import java.nio.ByteBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;

/** A note between controllers as a message of the broker: the payload of a part is the body, all else are properties. The README has the table. Stateless. */
final class NoteForm {
    /** Says nothing but that its sender is there, and asks for the same. */
    static final byte PING = 20;

    /** The answer to {@link #PING}. */
    static final byte PONG = 21;

    private static final byte ASK = 1;
    private static final byte GRANT = 2;
    private static final byte DENY = 3;
    private static final byte REPLY = 4;
    private static final byte RETURN = 5;
    private static final byte ABANDONED = 6;
    private static final byte CREDIT = 7;
    private static final byte CANCEL = 8;
    private static final byte CHECK = 9;
    private static final byte PROGRESS = 10;

    private static final SimpleString NOTE = SimpleString.of("sommelier_note");
    private static final SimpleString FROM = SimpleString.of("sommelier_from");
    private static final SimpleString RUN = SimpleString.of("sommelier_run");
    private static final SimpleString TAKE = SimpleString.of("sommelier_take");
    private static final SimpleString PRINCIPAL = SimpleString.of("sommelier_principal");
    private static final SimpleString ATTEMPT = SimpleString.of("sommelier_attempt");
    private static final SimpleString DELIVERIES = SimpleString.of("sommelier_deliveries");
    private static final SimpleString UNDER_WAY = SimpleString.of("sommelier_under_way");
    private static final SimpleString CREDIT_BYTES = SimpleString.of("sommelier_credit");
    private static final SimpleString REASON = SimpleString.of("sommelier_reason");
    private static final SimpleString NUMBER = SimpleString.of("sommelier_number");
    private static final SimpleString STATUS = SimpleString.of("sommelier_status");
    private static final SimpleString SEQUENCE = SimpleString.of("sommelier_sequence");
    private static final SimpleString FINAL_COUNT = SimpleString.of("sommelier_final_count");
    private static final SimpleString SUGGESTED = SimpleString.of("sommelier_suggested");
    private static final SimpleString CONTENT_TYPE = SimpleString.of("sommelier_content_type");
    private static final SimpleString HEADERS = SimpleString.of("sommelier_headers");
    private static final SimpleString CODE = SimpleString.of("sommelier_code");
    private static final SimpleString OUTCOME = SimpleString.of("sommelier_outcome");
    private static final SimpleString RETRYABLE = SimpleString.of("sommelier_retryable");
    private static final SimpleString STAGE = SimpleString.of("sommelier_stage");

    private NoteForm() {}

    /** What came: from whom, and a note, or {@code null} for {@link #PING} and {@link #PONG}. */
    record Content(ControllerLink.Sender from, byte kind, Note note) {}

    /** How many bytes of a note are not its own. */
    static int size(Note note) {
        return note instanceof Note.Reply reply
                ? reply.part().payload().size() + reply.part().headers().encodedSize()
                : 0;
    }

    static void write(ControllerLink.Sender from, byte kind, ClientMessage message) {
        message.putByteProperty(MessageForm.FORM, MessageForm.VERSION);
        message.putByteProperty(NOTE, kind);
        message.putStringProperty(FROM, SimpleString.of(from.controllerId()));
        message.putLongProperty(RUN, from.run());
    }

    static void write(ControllerLink.Sender from, Note note, ClientMessage message) {
        write(from, kindOf(note), message);
        Note.Take take = note.take();
        message.putBytesProperty(MessageForm.ID, MessageForm.bytes(take.commandId()));
        MessageForm.putText(message, PRINCIPAL, take.principal());
        message.putLongProperty(TAKE, take.number());
        if (note instanceof Note.Ask ask) {
            message.putIntProperty(ATTEMPT, ask.attempt());
            message.putIntProperty(DELIVERIES, ask.deliveries());
        } else if (note instanceof Note.Grant grant) {
            message.putLongProperty(CREDIT_BYTES, grant.credit());
        } else if (note instanceof Note.Deny deny) {
            message.putBooleanProperty(UNDER_WAY, deny.isUnderWay());
        } else if (note instanceof Note.Return back) {
            message.putIntProperty(ATTEMPT, back.attempt());
        } else if (note instanceof Note.Abandoned abandoned) {
            write(abandoned.why(), message);
        } else if (note instanceof Note.Credit credit) {
            message.putLongProperty(CREDIT_BYTES, credit.total());
        } else if (note instanceof Note.Cancel cancel) {
            MessageForm.putText(message, REASON, cancel.reason());
        } else if (note instanceof Note.Check check) {
            message.putLongProperty(CREDIT_BYTES, check.credit());
        } else if (note instanceof Note.Progress progress) {
            message.putLongProperty(NUMBER, progress.parts());
        } else if (note instanceof Note.Reply reply) {
            message.putLongProperty(NUMBER, reply.number());
            write(reply.part(), message);
        }
    }

    private static void write(Part part, ClientMessage message) {
        message.putStringProperty(STATUS, SimpleString.of(part.status().name()));
        message.putLongProperty(SEQUENCE, part.sequence());
        message.putLongProperty(FINAL_COUNT, part.finalCount());
        message.putIntProperty(SUGGESTED, part.suggestedStatus());
        MessageForm.putText(message, CONTENT_TYPE, part.contentType());
        if (!part.headers().isEmpty()) {
            message.putBytesProperty(HEADERS, MessageForm.bytes(part.headers()));
        }
        part.error().ifPresent(error -> write(error, message));
        if (!part.payload().isEmpty()) {
            message.getBodyBuffer().writeBytes(part.payload().view());
        }
    }

    private static void write(CommandError error, ClientMessage message) {
        message.putIntProperty(CODE, error.code().number());
        message.putIntProperty(OUTCOME, error.outcome().number());
        message.putBooleanProperty(RETRYABLE, error.retryable());
        message.putIntProperty(STAGE, error.stage().number());
        MessageForm.putText(message, REASON, error.message());
    }

    private static byte kindOf(Note note) {
        if (note instanceof Note.Reply) {
            return REPLY;
        }
        if (note instanceof Note.Ask) {
            return ASK;
        }
        if (note instanceof Note.Grant) {
            return GRANT;
        }
        if (note instanceof Note.Credit) {
            return CREDIT;
        }
        if (note instanceof Note.Deny) {
            return DENY;
        }
        if (note instanceof Note.Return) {
            return RETURN;
        }
        if (note instanceof Note.Abandoned) {
            return ABANDONED;
        }
        if (note instanceof Note.Cancel) {
            return CANCEL;
        }
        return note instanceof Note.Check ? CHECK : PROGRESS;
    }

    /**
     * Reads a message. Blocks only for the body of a large one.
     *
     * @throws IllegalArgumentException when it is no note of a known version, saying why
     * @throws ActiveMQException when the body did not arrive
     */
    static Content read(ClientMessage message) throws ActiveMQException {
        Object form = message.getObjectProperty(MessageForm.FORM);
        if (!(form instanceof Byte version) || version != MessageForm.VERSION) {
            throw new IllegalArgumentException("its form is " + form + ", known is " + MessageForm.VERSION);
        }
        try {
            byte kind = message.getByteProperty(NOTE);
            ControllerLink.Sender from =
                    new ControllerLink.Sender(MessageForm.text(message, FROM), message.getLongProperty(RUN));
            return new Content(from, kind, kind == PING || kind == PONG ? null : note(kind, message));
        } catch (ActiveMQException e) {
            throw e;
        } catch (RuntimeException e) { // a property is missing, or of another type
            throw new IllegalArgumentException("it is malformed: " + e.getMessage(), e);
        }
    }

    private static Note note(byte kind, ClientMessage message) throws ActiveMQException {
        CommandId id = MessageForm.idOf(message);
        Note.Take take = new Note.Take(id, MessageForm.text(message, PRINCIPAL), message.getLongProperty(TAKE));
        return switch (kind) {
            case ASK -> new Note.Ask(take, message.getIntProperty(ATTEMPT), message.getIntProperty(DELIVERIES));
            case GRANT -> new Note.Grant(take, natural(message, CREDIT_BYTES));
            case DENY -> new Note.Deny(take, message.getBooleanProperty(UNDER_WAY));
            case REPLY -> new Note.Reply(take, natural(message, NUMBER), part(message));
            case RETURN -> new Note.Return(take, message.getIntProperty(ATTEMPT));
            case ABANDONED -> new Note.Abandoned(take, error(message));
            case CREDIT -> new Note.Credit(take, natural(message, CREDIT_BYTES));
            case CANCEL -> new Note.Cancel(take, MessageForm.text(message, REASON));
            case CHECK -> new Note.Check(take, natural(message, CREDIT_BYTES));
            case PROGRESS -> new Note.Progress(take, message.getLongProperty(NUMBER));
            default -> throw new IllegalArgumentException("there is no note of kind " + kind);
        };
    }

    private static long natural(ClientMessage message, SimpleString name) {
        long value = message.getLongProperty(name);
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value);
        }
        return value;
    }

    private static Part part(ClientMessage message) throws ActiveMQException {
        PartStatus status = PartStatus.valueOf(MessageForm.text(message, STATUS));
        Payload payload = MessageForm.body(message);
        Part.Builder part = switch (status) {
            case ACCEPTED -> Part.accepted();
            case DATA -> Part.data(payload);
            case COMPLETE -> Part.complete(payload);
            case FAILED -> Part.failed(error(message)).payload(payload);
        };
        byte[] headers = message.getBytesProperty(HEADERS);
        if (headers != null) {
            part.headers(Headers.ofBlock(ByteBuffer.wrap(headers)));
        }
        return part.sequence(natural(message, SEQUENCE))
                .finalCount(natural(message, FINAL_COUNT))
                .suggestedStatus(message.getIntProperty(SUGGESTED))
                .contentType(MessageForm.text(message, CONTENT_TYPE))
                .build();
    }

    private static CommandError error(ClientMessage message) {
        return new CommandError(
                ErrorCode.ofNumber(message.getIntProperty(CODE)),
                Outcome.ofNumber(message.getIntProperty(OUTCOME)),
                message.getBooleanProperty(RETRYABLE),
                Stage.ofNumber(message.getIntProperty(STAGE)),
                MessageForm.text(message, REASON));
    }
}
