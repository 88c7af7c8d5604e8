package io.sommelier.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The streams of one direction by number: open addressing with linear probing, no boxing, no tombstones. Number 0 is never in it. Confined to the link's thread.
 *
 * @param <S> {@link InStream} or {@link OutStream}
 */
final class StreamTable<S> {
    private static final int LEAST_CAPACITY = 16;

    private int[] numbers = new int[LEAST_CAPACITY];
    private Object[] streams = new Object[LEAST_CAPACITY];
    private int mask = LEAST_CAPACITY - 1;
    private int shift = Integer.numberOfLeadingZeros(LEAST_CAPACITY - 1);
    private final int seed = ThreadLocalRandom.current().nextInt();
    private int size;

    int size() {
        return size;
    }

    /** The stream of that number, or {@code null}. */
    @SuppressWarnings("unchecked") // only put() fills the array
    S get(int number) {
        int[] at = numbers;
        int slot = home(number);
        while (at[slot] != 0) {
            if (at[slot] == number) {
                return (S) streams[slot];
            }
            slot = slot + 1 & mask;
        }
        return null;
    }

    /** Adds a stream under a number that is not in use. */
    void put(int number, S stream) {
        if (size >= numbers.length / 2) {
            resize(numbers.length * 2);
        }
        insert(number, stream);
        size++;
    }

    /** Takes the stream of that number out, if there is one. */
    void remove(int number) {
        int slot = home(number);
        while (numbers[slot] != number) {
            if (numbers[slot] == 0) {
                return;
            }
            slot = slot + 1 & mask;
        }
        closeGap(slot);
        size--;
        if (size == 0 && numbers.length > 4096) {
            resize(LEAST_CAPACITY);
        }
    }

    /** Takes all streams out. */
    @SuppressWarnings("unchecked") // only put() fills the array
    List<S> removeAll() {
        List<S> all = new ArrayList<>(size);
        for (Object stream : streams) {
            if (stream != null) {
                all.add((S) stream);
            }
        }
        size = 0;
        resize(LEAST_CAPACITY);
        return all;
    }

    /** Moves those behind an emptied slot forward whose way from home leads over it. */
    private void closeGap(int emptied) {
        int gap = emptied;
        int slot = gap + 1 & mask;
        while (numbers[slot] != 0) {
            int fromHome = slot - home(numbers[slot]) & mask;
            int fromGap = slot - gap & mask;
            if (fromHome >= fromGap) {
                numbers[gap] = numbers[slot];
                streams[gap] = streams[slot];
                gap = slot;
            }
            slot = slot + 1 & mask;
        }
        numbers[gap] = 0;
        streams[gap] = null;
    }

    private void resize(int capacity) {
        int[] oldNumbers = numbers;
        Object[] oldStreams = streams;
        numbers = new int[capacity];
        streams = new Object[capacity];
        mask = capacity - 1;
        shift = Integer.numberOfLeadingZeros(mask);
        if (size > 0) {
            for (int i = 0; i < oldNumbers.length; i++) {
                if (oldNumbers[i] != 0) {
                    insert(oldNumbers[i], oldStreams[i]);
                }
            }
        }
    }

    private void insert(int number, Object stream) {
        int slot = home(number);
        while (numbers[slot] != 0) {
            slot = slot + 1 & mask;
        }
        numbers[slot] = number;
        streams[slot] = stream;
    }

    /** The seed keeps a peer, who chooses numbers, from choosing those that share a slot. */
    private int home(int number) {
        return (number ^ seed) * 0x9e37_79b9 >>> shift;
    }
}
