"""Conversations over HTTP: lists, one with all that its page shows, and stepping in."""

from typing import Annotated

from fastapi import APIRouter, Query
from sales.agent.v1 import conversations_pb2 as agent
from sales.agent.v1 import staffing_pb2 as staffing

from services.admin_bff.conversations.detail import conversation_detail
from services.admin_bff.conversations.schemas import (
    Attention,
    AttentionPage,
    AttentionQuery,
    Conversation,
    ConversationDetail,
    ConversationPage,
    ConversationsQuery,
    Message,
    MessagePage,
    Note,
    ReadUpTo,
    StaffReply,
)
from services.admin_bff.dependencies import TENANT, RequestId, Services
from services.admin_bff.problems import documented
from services.admin_bff.shapes import PageQuery, next_cursor

router = APIRouter(prefix=TENANT, tags=["conversations"])
_ONE = "/conversations/{conversation_id}"


@router.get("/conversations")
async def list_conversations(services: Services, query: Annotated[ConversationsQuery, Query()]) -> ConversationPage:
    """Latest activity first."""
    answer = await services.call(
        services.conversations.ListConversations,
        agent.ListConversationsRequest(
            page_size=query.limit,
            page_token=query.cursor,
            query=query.q,
            handlers=query.handlers,
            unread=query.unread,
            channel=query.channel,
        ),
    )
    items = [Conversation.of(each) for each in answer.conversations]
    return ConversationPage(items=items, next_cursor=next_cursor(answer.next_page_token))


@router.get(_ONE)
async def get_conversation(services: Services, conversation_id: str) -> ConversationDetail:
    """One conversation with its latest messages, the customer, the customer's orders and what is open."""
    return await conversation_detail(services, conversation_id)


@router.get(f"{_ONE}/messages")
async def list_messages(services: Services, conversation_id: str, query: Annotated[PageQuery, Query()]) -> MessagePage:
    """Newest first."""
    answer = await services.call(
        services.conversations.ListMessages,
        agent.ListMessagesRequest(
            conversation_id=conversation_id, page_size=query.limit, page_token=query.cursor, with_tool_calls=True
        ),
    )
    items = [Message.of(each) for each in answer.messages]
    return MessagePage(items=items, next_cursor=next_cursor(answer.next_page_token))


@router.post(f"{_ONE}/pause", responses=documented(409))
async def pause_agent(services: Services, conversation_id: str, request_id: RequestId) -> Conversation:
    """Take the conversation over: the agent is silent."""
    request = staffing.PauseAgentRequest(conversation_id=conversation_id, request_id=request_id)
    return Conversation.of(await services.call(services.staffing.PauseAgent, request))


@router.post(f"{_ONE}/resume", responses=documented(409))
async def resume_agent(services: Services, conversation_id: str, request_id: RequestId) -> Conversation:
    """Give the conversation back to the agent."""
    request = staffing.ResumeAgentRequest(conversation_id=conversation_id, request_id=request_id)
    return Conversation.of(await services.call(services.staffing.ResumeAgent, request))


@router.post(f"{_ONE}/read")
async def mark_conversation_read(services: Services, conversation_id: str, body: ReadUpTo) -> Conversation:
    """Somebody has seen the conversation up to a message. Safe to repeat; never moves back."""
    request = staffing.MarkConversationReadRequest(conversation_id=conversation_id, message_id=body.message_id)
    return Conversation.of(await services.call(services.staffing.MarkConversationRead, request))


@router.post(f"{_ONE}/replies", responses=documented(409))
async def send_reply(services: Services, conversation_id: str, body: StaffReply, request_id: RequestId) -> Message:
    """Write to the customer; takes the conversation over."""
    request = staffing.SendStaffReplyRequest(conversation_id=conversation_id, text=body.text, request_id=request_id)
    return Message.of(await services.call(services.staffing.SendStaffReply, request))


@router.post(f"{_ONE}/notes", responses=documented(409))
async def create_note(services: Services, conversation_id: str, body: Note, request_id: RequestId) -> Message:
    """Write a private note."""
    request = staffing.CreateNoteRequest(conversation_id=conversation_id, text=body.text, request_id=request_id)
    return Message.of(await services.call(services.staffing.CreateNote, request))


@router.get("/attention")
async def list_attention(services: Services, query: Annotated[AttentionQuery, Query()]) -> AttentionPage:
    """Matters that need a person, newest first."""
    answer = await services.call(
        services.conversations.ListAttention,
        agent.ListAttentionRequest(
            page_size=query.limit,
            page_token=query.cursor,
            conversation_id=query.conversation_id,
            with_resolved=query.with_resolved,
        ),
    )
    items = [Attention.of(each) for each in answer.attention]
    return AttentionPage(items=items, next_cursor=next_cursor(answer.next_page_token))


@router.post("/attention/{attention_id}/resolve", responses=documented(409))
async def resolve_attention(services: Services, attention_id: str, request_id: RequestId) -> Attention:
    """A matter was taken care of."""
    request = staffing.ResolveAttentionRequest(attention_id=attention_id, request_id=request_id)
    return Attention.of(await services.call(services.staffing.ResolveAttention, request))
