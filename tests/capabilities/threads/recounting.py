# SPDX-License-Identifier: EUPL-1.2
"""What must hold of every thread, whatever happened."""

from collections import Counter

from filanda.capabilities.threads.models import Post, PostState, Reaction, Thread
from filanda.capabilities.threads.steps.counting import SEEN


def assert_counted(*threads: Thread) -> None:
    """The counters of these threads (of all, without any) are what a recount in Python finds."""
    for thread in Thread.objects.filter(pk__in=[one.pk for one in threads]) if threads else Thread.objects.all():
        posts = list(Post.objects.filter(thread=thread).order_by("number"))
        shown = [post for post in posts if post.state == PostState.SHOWN]
        numbers = [post.number for post in posts]
        assert len(numbers) == len(set(numbers))
        assert thread.posts_count == len(shown)
        assert thread.last_number == max((post.number for post in posts if post.state in SEEN), default=0)
        assert thread.numbers_given >= max(numbers, default=0)
        replies = [post.created_at for post in shown if post.number > 1 and post.author_id != thread.author_id]
        assert thread.first_reply_at == min(replies, default=None)
        if shown:
            assert thread.last_author_id in {post.author_id for post in shown}
        if thread.answer_id is not None:
            assert thread.answer_id in {post.pk for post in shown}
        for post in posts:
            said = Counter(Reaction.objects.filter(post=post).values_list("name", flat=True))
            assert post.reactions == dict(said)
