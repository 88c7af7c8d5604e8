package io.sommelier.mailbox.artemis;

import io.sommelier.spi.SettingsReader;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of an {@link ArtemisMailbox}. Immutable.
 *
 * @param maxPuts how many commands may be on their way to the broker at once, 1 to 1 000 000
 * @param maxPutBytes how many bytes of payload and headers they may have, 64 KiB to 16 GiB
 * @param putLimit how long the broker may take to confirm a command, 100 ms to 10 min
 * @param clockPeriod how often the offset to the broker's clock is measured, 100 ms to 1 h
 * @param retryFirst the wait before the broker is tried again for the first time, 10 ms to 1 h
 * @param retryMost what that wait grows to, at least {@code retryFirst}, at most 1 h
 * @param maxNotes how many notes may be on their way to other controllers at once, 1024 to 10 000 000
 * @param maxNoteBytes how many bytes of payload and headers they may have, 64 KiB to 16 GiB
 * @param goneAfter how long another controller may not be there before it counts as gone, 100 ms to 10 min
 * @param removeIdleAfter how long nothing may come for an instance before its mailbox is removed, 1 s to 30 d, or zero for ever
 */
public record MailboxSettings(
        int maxPuts,
        long maxPutBytes,
        Duration putLimit,
        Duration clockPeriod,
        Duration retryFirst,
        Duration retryMost,
        int maxNotes,
        long maxNoteBytes,
        Duration goneAfter,
        Duration removeIdleAfter) {
    static final String PID = "io.sommelier.mailbox.artemis";

    private static final Duration HOUR = Duration.ofHours(1);

    /** @throws IllegalArgumentException naming the setting, its value and what is allowed, when one is out of range */
    public MailboxSettings {
        check("maxPuts", maxPuts, 1, 1_000_000);
        check("maxPutBytes", maxPutBytes, 64 << 10, 16L << 30);
        check("putLimit", putLimit, Duration.ofMillis(100), Duration.ofMinutes(10));
        check("clockPeriod", clockPeriod, Duration.ofMillis(100), HOUR);
        check("retryFirst", retryFirst, Duration.ofMillis(10), HOUR);
        check("retryMost", retryMost, retryFirst, HOUR);
        check("maxNotes", maxNotes, 1024, 10_000_000);
        check("maxNoteBytes", maxNoteBytes, 64 << 10, 16L << 30);
        check("goneAfter", goneAfter, Duration.ofMillis(100), Duration.ofMinutes(10));
        if (!removeIdleAfter.isZero()) {
            check("removeIdleAfter", removeIdleAfter, Duration.ofSeconds(1), Duration.ofDays(30));
        }
    }

    /** 4096 commands of at most 64 MiB on their way, 10 s to confirm one, the clock every 10 s, tried again after 100 ms to 5 s; 65 536 notes of at most 64 MiB, gone after 1 s; removed after 10 min. */
    public static MailboxSettings defaults() {
        return new MailboxSettings(
                4096,
                64L << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                65_536,
                64L << 20,
                Duration.ofSeconds(1),
                Duration.ofMinutes(10));
    }

    /**
     * Reads the settings; those that are not there have their default.
     *
     * @throws IllegalArgumentException naming every violation: key, value and allowed range
     */
    static MailboxSettings read(Map<String, ?> properties) {
        SettingsReader reader = new SettingsReader(PID, properties);
        MailboxSettings base = defaults();
        int maxPuts = reader.integer("maxPuts", base.maxPuts(), 1, 1_000_000);
        long maxPutBytes = reader.number("maxPutBytes", base.maxPutBytes(), 64 << 10, 16L << 30);
        Duration putLimit =
                reader.duration("putLimit", base.putLimit(), Duration.ofMillis(100), Duration.ofMinutes(10));
        Duration clockPeriod = reader.duration("clockPeriod", base.clockPeriod(), Duration.ofMillis(100), HOUR);
        Duration retryFirst = reader.duration("retryFirst", base.retryFirst(), Duration.ofMillis(10), HOUR);
        Duration retryMost = reader.duration("retryMost", base.retryMost(), Duration.ofMillis(10), HOUR);
        if (retryMost.compareTo(retryFirst) < 0) {
            reader.violation("retryMost = " + retryMost + " (allowed: at least retryFirst, " + retryFirst + ")");
        }
        int maxNotes = reader.integer("maxNotes", base.maxNotes(), 1024, 10_000_000);
        long maxNoteBytes = reader.number("maxNoteBytes", base.maxNoteBytes(), 64 << 10, 16L << 30);
        Duration goneAfter =
                reader.duration("goneAfter", base.goneAfter(), Duration.ofMillis(100), Duration.ofMinutes(10));
        Duration removeIdleAfter =
                reader.duration("removeIdleAfter", base.removeIdleAfter(), Duration.ZERO, Duration.ofDays(30));
        if (!removeIdleAfter.isZero() && removeIdleAfter.compareTo(Duration.ofSeconds(1)) < 0) {
            reader.violation("removeIdleAfter = " + removeIdleAfter + " (allowed: 0s, or 1s to 30d)");
        }
        reader.check();
        return new MailboxSettings(
                maxPuts,
                maxPutBytes,
                putLimit,
                clockPeriod,
                retryFirst,
                retryMost,
                maxNotes,
                maxNoteBytes,
                goneAfter,
                removeIdleAfter);
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }
}
