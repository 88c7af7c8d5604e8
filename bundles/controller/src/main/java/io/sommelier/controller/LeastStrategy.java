package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.spi.Strategy;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The strategy {@code least}: of two random members the one with fewer commands; among fewer than {@value #EXACT_BELOW} members the one with the fewest of all. The cost is
 * the same for 1 and for 10 000 members: where few are available, it looks at {@value #SCANNED} more, from a random one on, before it says that none is.
 */
final class LeastStrategy implements Strategy {
    private static final int EXACT_BELOW = 8;
    private static final int TRIES = 4;
    private static final int SCANNED = 128;

    @Override
    public int pick(Members members, Command command) {
        int size = members.size();
        return size < EXACT_BELOW ? fewest(members, size) : fewerOfTwo(members, size);
    }

    private static int fewest(Members members, int size) {
        // a random start, so that idle members of equal load share
        int start = size == 1 ? 0 : ThreadLocalRandom.current().nextInt(size);
        int best = -1;
        int bestInFlight = Integer.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            int index = start + i < size ? start + i : start + i - size;
            int inFlight = members.inFlight(index);
            if (inFlight < bestInFlight && members.isAvailable(index)) {
                best = index;
                bestInFlight = inFlight;
            }
        }
        return best;
    }

    private static int fewerOfTwo(Members members, int size) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < TRIES; i++) {
            int one = random.nextInt(size);
            int other = random.nextInt(size);
            int better = members.inFlight(other) < members.inFlight(one) ? other : one;
            int worse = better == one ? other : one;
            if (members.isAvailable(better)) {
                return better;
            }
            if (members.isAvailable(worse)) {
                return worse;
            }
        }
        return firstAvailable(members, size, random.nextInt(size));
    }

    private static int firstAvailable(Members members, int size, int start) {
        for (int i = 0; i < Math.min(size, SCANNED); i++) {
            int index = start + i < size ? start + i : start + i - size;
            if (members.isAvailable(index)) {
                return index;
            }
        }
        return -1;
    }
}
