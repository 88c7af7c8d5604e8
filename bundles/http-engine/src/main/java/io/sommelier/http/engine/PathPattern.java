package io.sommelier.http.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The path of a route: {@code /a/b}, or {@code /a/{id}} with a variable that stands for one segment, and whether it also
 * covers all paths below. Immutable. The order is that of specificity, the most specific first: literals before
 * variables, long before short, whole paths before prefixes.
 */
record PathPattern(String path, List<String> segments, boolean isPrefix) implements Comparable<PathPattern> {

    /** @throws IllegalArgumentException when a variable is not a whole segment, has no name, or is there twice */
    static PathPattern of(String text, boolean isPrefix) {
        String path = RequestTarget.withoutLastSlash(text.startsWith("/") ? text : "/" + text);
        List<String> segments = RequestTarget.split(path);
        var names = new HashSet<String>();
        for (String segment : segments) {
            boolean isPlain = segment.indexOf('{') < 0 && segment.indexOf('}') < 0;
            if (!isPlain && (!isVariable(segment) || !names.add(nameOf(segment)))) {
                throw new IllegalArgumentException(
                        "path " + text + " is not possible, allowed are variables such as {id}, each a whole segment");
            }
        }
        return new PathPattern(path, List.copyOf(segments), isPrefix);
    }

    boolean isLiteral() {
        return segments.stream().noneMatch(PathPattern::isVariable);
    }

    /** The values of the variables, when a path of these decoded segments is covered. */
    Optional<Map<String, String>> match(List<String> actual) {
        boolean isRoot = segments.size() == 1 && segments.get(0).isEmpty();
        if (isPrefix && isRoot) {
            return Optional.of(Map.of());
        }
        if (isPrefix ? actual.size() < segments.size() : actual.size() != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> values = Map.of();
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (isVariable(segment) && !actual.get(i).isEmpty()) {
                if (values.isEmpty()) {
                    values = new LinkedHashMap<>();
                }
                values.put(nameOf(segment), actual.get(i));
            } else if (!segment.equals(actual.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    /** The same without the names of the variables: two patterns with the same shape cover the same paths. */
    List<String> shape() {
        var shape = new ArrayList<String>();
        segments.forEach(segment -> shape.add(isVariable(segment) ? "{}" : segment));
        return shape;
    }

    @Override
    public int compareTo(PathPattern other) {
        if (isPrefix != other.isPrefix) {
            return isPrefix ? 1 : -1;
        }
        for (int i = 0; i < Math.min(segments.size(), other.segments.size()); i++) {
            int order = Boolean.compare(isVariable(segments.get(i)), isVariable(other.segments.get(i)));
            if (order != 0) {
                return order;
            }
        }
        int order = Integer.compare(other.segments.size(), segments.size());
        return order != 0 ? order : other.path.compareTo(path);
    }

    private static boolean isVariable(String segment) {
        return segment.length() > 2
                && segment.charAt(0) == '{'
                && segment.indexOf('}') == segment.length() - 1
                && segment.lastIndexOf('{') == 0;
    }

    private static String nameOf(String variable) {
        return variable.substring(1, variable.length() - 1);
    }
}
