"""Webhooks: what is told to other programs and to robots in group chats, and how it is sent."""
