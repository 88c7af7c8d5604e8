package io.sommelier.spi;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.Part;
import java.util.Objects;

/**
 * What one controller tells another of a command that waits in a mailbox: the <em>origin</em>, who has its caller, and the <em>taker</em>, to whom it came out of the mailbox. All are
 * immutable, and each may come twice without harm.
 *
 * <p>The taker {@link Ask}s before it hands the command to anybody. The origin says {@link Grant}, to one taker alone, or {@link Deny}. Then the taker sends each part as a
 * {@link Reply}, DATA only against credit, and the origin {@link Credit} and {@link Cancel}.
 */
public sealed interface Note {
    /** What it is about. */
    Take take();

    /**
     * One taking of one command.
     *
     * @param commandId which command
     * @param principal whose
     * @param number tells this taking from all others, of this and other takers
     */
    record Take(CommandId commandId, String principal, long number) {
        /** As given. */
        public Take {
            Objects.requireNonNull(commandId, "commandId");
            Objects.requireNonNull(principal, "principal");
        }
    }

    /**
     * To the origin: may this command be executed here?
     *
     * @param attempt which attempt it would be, as the mailbox says
     * @param deliveries how often it came out of the mailbox; above 1, somebody had it and went away without a word
     */
    record Ask(Take take, int attempt, int deliveries) implements Note {
        /** As given. */
        public Ask {
            Objects.requireNonNull(take, "take");
        }
    }

    /**
     * To the taker: it may, and it alone.
     *
     * @param credit the credit that there is at first, in bytes as {@link Part#cost} counts them, 0 or more
     */
    record Grant(Take take, long credit) implements Note {
        /** As given. */
        public Grant {
            Objects.requireNonNull(take, "take");
        }
    }

    /**
     * To the taker: it may not, or nobody is here to say.
     *
     * @param isUnderWay whether another has the command; {@code false} when nobody waits for it here, or not any more
     */
    record Deny(Take take, boolean isUnderWay) implements Note {
        /** As given. */
        public Deny {
            Objects.requireNonNull(take, "take");
        }
    }

    /**
     * To the origin: a part of the reply.
     *
     * @param number the ordinal of the part among all of this taking, from 0 without gaps
     */
    record Reply(Take take, long number, Part part) implements Note {
        /** As given. */
        public Reply {
            Objects.requireNonNull(take, "take");
            Objects.requireNonNull(part, "part");
        }
    }

    /**
     * To the origin: the taker has the command no more, and has not begun it, or may not try it again; it is in the mailbox.
     *
     * @param attempt the attempt that comes next
     */
    record Return(Take take, int attempt) implements Note {
        /** As given. */
        public Return {
            Objects.requireNonNull(take, "take");
        }
    }

    /**
     * To the origin: the command came out of the mailbox, and is not executed again: it is in no mailbox any more.
     *
     * @param why what became of it
     */
    record Abandoned(Take take, CommandError why) implements Note {
        /** As given. */
        public Abandoned {
            Objects.requireNonNull(take, "take");
            Objects.requireNonNull(why, "why");
        }
    }

    /**
     * To the taker: the credit.
     *
     * @param total all that was ever given, that of the {@link Grant} included, in bytes as {@link Part#cost} counts them
     */
    record Credit(Take take, long total) implements Note {
        /** As given. */
        public Credit {
            Objects.requireNonNull(take, "take");
        }
    }

    /**
     * To the taker: the command has ended without it.
     *
     * @param reason one phrase for a person; may be empty
     */
    record Cancel(Take take, String reason) implements Note {
        /** As given. */
        public Cancel {
            Objects.requireNonNull(take, "take");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * To the taker: how far is it? Answered by {@link Progress}.
     *
     * @param credit as {@link Credit#total}, which may have been lost
     */
    record Check(Take take, long credit) implements Note {
        /** As given. */
        public Check {
            Objects.requireNonNull(take, "take");
        }
    }

    /**
     * To the origin, behind all parts that were sent before: how far it is.
     *
     * @param parts how many parts were sent; {@link #NOT_KNOWN} when the taker has the command no more
     */
    record Progress(Take take, long parts) implements Note {
        /** The taker knows nothing of this taking. */
        public static final long NOT_KNOWN = -1;

        /** As given. */
        public Progress {
            Objects.requireNonNull(take, "take");
        }
    }
}
