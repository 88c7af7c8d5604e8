package io.sommelier.api;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * What a member says of itself when the controller asks: whether it can do its work, and why, for a person. Immutable.
 *
 * <p>The controller asks by a command of the operation {@link #OPERATION}, and only members that name it among their operations; callers cannot send it. COMPLETE is up, with the detail as
 * payload; FAILED is down, with the detail as message; so is no answer in time.
 *
 * @param isUp whether it can do its work
 * @param detail one line for a person, perhaps empty: at most {@value #MAX_DETAIL_BYTES} bytes of UTF-8, longer ones are cut; control characters become blanks
 */
public record Health(boolean isUp, String detail) {
    /** The operation by which a member is asked. */
    public static final String OPERATION = "sommelier.health";

    /** The most bytes of a detail, in UTF-8. */
    public static final int MAX_DETAIL_BYTES = 1024;

    private static final Health UP = new Health(true, "");

    /** Cuts the detail, and makes it one line. */
    public Health {
        Objects.requireNonNull(detail, "detail");
        detail = cut(detail).replaceAll("\\p{Cntrl}", " ");
    }

    private static String cut(String detail) {
        if (detail.length() <= MAX_DETAIL_BYTES / 3) { // no character of UTF-16 takes more than three
            return detail;
        }
        CharBuffer characters = CharBuffer.wrap(detail);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(characters, ByteBuffer.allocate(MAX_DETAIL_BYTES), true);
        return detail.substring(0, characters.position());
    }

    /** Up, with nothing to add. */
    public static Health up() {
        return UP;
    }

    /** Up, with a detail. */
    public static Health up(String detail) {
        return new Health(true, detail);
    }

    /** Down, and why. */
    public static Health down(String detail) {
        return new Health(false, detail);
    }

    /** A handler of {@link #OPERATION} that answers what the check says. One that throws says down, with the message of the exception; so does {@code null}. */
    public static CommandHandler handler(Callable<Health> check) {
        Objects.requireNonNull(check, "check");
        return (invocation, responder) -> answer(responder, ask(check));
    }

    private static Health ask(Callable<Health> check) {
        try {
            Health health = check.call();
            return health == null ? down("the health check gave null") : health;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return down("the health check was interrupted");
        } catch (Exception e) { // whatever a check of theirs throws
            return down(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private static void answer(Responder responder, Health health) {
        if (health.isUp()) {
            responder.complete(Payload.ofText(health.detail()));
        } else {
            responder.fail(Part.failed(CommandError.executed(health.detail())).build());
        }
    }
}
